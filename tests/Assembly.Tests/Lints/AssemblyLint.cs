using System.Globalization;

namespace PlamoNative.Assembly.Tests;

/// <summary>Rules that the assembled kernel must keep.</summary>
internal static class AssemblyLint
{
    /// <summary>What the driver gives a block without asking: more must be dynamic.</summary>
    private const int StaticSharedLimit = 48 * 1024;

    /// <summary>All that is broken, by the assembler's report and in the machine code.</summary>
    internal static IReadOnlyList<Complaint> Check(AssembledUnit assembled, KernelPromise promise)
    {
        if (assembled.Errors.Count > 0 || assembled.Resources is null)
        {
            return assembled.Errors.Count > 0 ? [.. assembled.Errors.Select(static error => new Complaint(Rule.Error, "ptxas", error))] : [new Complaint(Rule.Error, "ptxas", "no report of this entry")];
        }

        return [.. assembled.Warnings.Select(Warning), .. Resources(assembled.Resources, promise), .. Code(assembled, promise)];
    }

    private static Complaint Warning(string line) =>
        new(line.Contains("C7515", StringComparison.Ordinal) || line.Contains("wgmma", StringComparison.Ordinal) ? Rule.SerializedTensorCore : Rule.Warning, "ptxas", line);

    private static IEnumerable<Complaint> Resources(EntryResources resources, KernelPromise promise)
    {
        if (resources.SpillStoreBytes + resources.SpillLoadBytes > 0)
        {
            yield return Whole(Rule.Spill, $"{resources.SpillStoreBytes} bytes of spill stores, {resources.SpillLoadBytes} of spill loads");
        }

        if (resources.StackBytes > 0)
        {
            yield return Whole(Rule.Stack, $"{resources.StackBytes} bytes of stack: local memory");
        }

        if (resources.Registers > promise.RegisterBudget)
        {
            yield return Whole(Rule.RegisterBudget, $"{resources.Registers} registers, more than its budget of {promise.RegisterBudget}");
        }

        if (resources.SharedBytes > StaticSharedLimit)
        {
            yield return Whole(Rule.SharedMemory, $"{resources.SharedBytes} bytes of static shared memory, more than {StaticSharedLimit}: take dynamic memory");
        }
    }

    private static IEnumerable<Complaint> Code(AssembledUnit assembled, KernelPromise promise)
    {
        var code = assembled.Code;
        foreach (var instruction in code.Instructions)
        {
            if (instruction.Name is "LDL" or "STL")
            {
                yield return At(Rule.LocalAccess, instruction, "reads or writes local memory");
            }

            if (instruction.Name is "LD" or "ST" or "ATOM")
            {
                yield return At(Rule.GenericAccess, instruction, "has no address space");
            }
        }

        // A block of one warp needs no barrier, and the assembler drops it.
        var inText = PtxBody.Of(assembled.Unit.Text, assembled.Unit.Entry).Statements.Count(static statement => statement.IsBlockBarrier);
        var inCode = code.Instructions.Count(static instruction => instruction.Is("BAR.SYNC") || instruction.Is("BAR.RED"));
        if (promise.BlockThreads > 32 && inCode < inText)
        {
            yield return Whole(Rule.LostBarrier, $"{inText} barriers in the PTX, {inCode} in the machine code");
        }

        foreach (var opcode in promise.ExpectedOpcodes.Where(opcode => code.Count(opcode) == 0))
        {
            var relatives = code.Instructions.Where(instruction => instruction.Name == opcode.Split('.')[0]).Select(static instruction => instruction.Opcode).Distinct().Order(StringComparer.Ordinal);
            yield return Whole(Rule.MissingInstruction, $"expected {opcode}, found {(relatives.Any() ? string.Join(", ", relatives) : "none of its kind")}");
        }
    }

    private static Complaint Whole(Rule rule, FormattableString message) => new(rule, "entry", message.ToString(CultureInfo.InvariantCulture));

    private static Complaint At(Rule rule, SassInstruction instruction, string what) =>
        new(rule, FormattableString.Invariant($"SASS {instruction.Address:x4}"), $"'{instruction.Opcode} {instruction.Operands}' {what}");
}
