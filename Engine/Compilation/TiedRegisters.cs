using ILGPU.IR;
using ILGPU.IR.Values;

namespace PlamoNative.Compilation;

/// <summary>
/// Whether an instruction may overwrite its argument's registers: nothing reads the argument after the call. Without that a loop around an asynchronous wgmma would copy
/// accumulators that are still being written, and the assembler would make it wait at every step.
/// </summary>
internal static class TiedRegisters
{
    /// <summary>True where the argument is dead after the call on every path.</summary>
    public static bool MayOverwrite(MethodCall call, Value argument)
        => Leaves(argument).All(leaf => leaf is not (PrimitiveValue or NullValue or UndefinedValue or Parameter) && IsDeadAfter(call, leaf, argument));

    private static List<Value> Leaves(Value argument)
    {
        argument = argument.Resolve();
        if (argument is not StructureValue structure)
        {
            return [argument];
        }

        var leaves = new List<Value>();
        for (var i = 0; i < structure.Count; i++)
        {
            leaves.AddRange(Leaves(structure[i]));
        }

        return leaves;
    }

    private static bool IsDeadAfter(MethodCall call, Value leaf, Value argument)
    {
        // A field of another instruction's result has that result's registers; every reader of the result counts.
        var owner = leaf is GetField field ? field.ObjectValue.Resolve() : leaf;
        var readers = new List<(Value Reader, int Index)>();
        Readers(leaf, argument, readers);
        if (owner != leaf)
        {
            Readers(owner, argument, readers, direct: true);
        }

        var after = ReachableAfter(call.BasicBlock, owner.BasicBlock);
        return readers.TrueForAll(use => use.Reader == call || !IsAfter(use.Reader, use.Index, call, after));
    }

    /// <summary>Who reads a value: structures made of it are no readers, those who read the structure are.</summary>
    private static void Readers(Value value, Value argument, List<(Value Reader, int Index)> readers, bool direct = false)
    {
        foreach (var use in value.Uses)
        {
            var reader = use.Resolve();
            if (reader is StructureValue structure)
            {
                Readers(structure, argument, readers);
            }
            else if (!(direct && reader is GetField))
            {
                readers.Add((reader, use.Index));
            }
        }
    }

    private static bool IsAfter(Value reader, int index, MethodCall call, HashSet<BasicBlock> after)
    {
        if (reader is PhiValue phi)
        {
            // A phi reads at the end of the block that the value comes from.
            var source = phi.Sources[index];
            return source == call.BasicBlock || after.Contains(source);
        }

        if (after.Contains(reader.BasicBlock))
        {
            return true;
        }

        return reader.BasicBlock == call.BasicBlock && !Precedes(reader, call);
    }

    private static bool Precedes(Value reader, MethodCall call)
    {
        foreach (Value value in call.BasicBlock)
        {
            if (value == call)
            {
                return false;
            }

            if (value == reader)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Blocks that can follow, up to the one that gives the argument a new value.</summary>
    private static HashSet<BasicBlock> ReachableAfter(BasicBlock start, BasicBlock definition)
    {
        var found = new HashSet<BasicBlock>();
        var pending = new Stack<BasicBlock>();
        pending.Push(start);
        while (pending.TryPop(out var block))
        {
            foreach (var next in block.Successors)
            {
                if (next != definition && found.Add(next))
                {
                    pending.Push(next);
                }
            }
        }

        return found;
    }
}
