using System.Numerics;
using System.Runtime.CompilerServices;
using PlamoNative.PtxEmulator.Lowering;

namespace PlamoNative.PtxEmulator.Execution;

/// <summary>Stands at every label: lanes that parted may meet here.</summary>
internal sealed class Join : ControlInstruction
{
    private readonly int _pc;

    internal Join(int pc) => (_pc, IsCounted) = (pc, false);

    internal override bool Transfer(Warp warp, Split split, uint mask)
    {
        if (split.Top is null && warp.Splits.Count == 1)
        {
            split.Pc++;
            return true;
        }

        if (!warp.Meet(split, _pc))
        {
            return false;
        }

        split.Pc++;
        return true;
    }
}

/// <summary><c>bra</c>.</summary>
internal sealed class Branch : ControlInstruction
{
    internal int Target { get; set; }

    /// <summary>Where lanes that take it and lanes that do not meet again; -1: nowhere before they end.</summary>
    internal int MeetingPc { get; set; } = -1;

    internal override bool Transfer(Warp warp, Split split, uint mask)
    {
        if (mask == 0)
        {
            split.Pc++;
        }
        else if (mask == split.Mask)
        {
            split.Pc = Target;
        }
        else
        {
            warp.Part(split, mask, Target, MeetingPc);
        }

        return true;
    }
}

/// <summary><c>brx.idx</c>.</summary>
internal sealed unsafe class IndexedBranch(Source index) : ControlInstruction
{
    internal int[] Targets { get; set; } = [];

    internal int MeetingPc { get; set; } = -1;

    internal override bool Transfer(Warp warp, Split split, uint mask)
    {
        var rest = mask;
        var indices = index.Of<uint>(warp);
        while (rest != 0)
        {
            var first = indices[BitOperations.TrailingZeroCount(rest)];
            var group = 0u;
            for (var m = rest; m != 0; m &= m - 1)
            {
                var lane = BitOperations.TrailingZeroCount(m);
                group |= indices[lane] == first ? 1u << lane : 0;
            }

            rest &= ~group;
            if (first >= (uint)Targets.Length)
            {
                warp.Report(this, FindingKind.OutOfBounds, group, () => $"expected an index below {Targets.Length}, found {first}");
                first = 0;
            }

            if (group == split.Mask)
            {
                split.Pc = Targets[first];
                return true;
            }

            warp.Part(split, group, Targets[first], MeetingPc);
            split.Pc--;
        }

        split.Pc++;
        return true;
    }
}

/// <summary><c>exit</c>, and <c>ret</c> of a kernel: the thread ends.</summary>
internal sealed class Exit : ControlInstruction
{
    internal override bool Transfer(Warp warp, Split split, uint mask)
    {
        if (mask == 0)
        {
            split.Pc++;
            return true;
        }

        warp.Exit(split, mask);
        split.Pc++;
        return split.Mask != 0;
    }
}

/// <summary><c>trap</c>: reported, and the launch ends.</summary>
internal sealed class Trap : ControlInstruction
{
    internal override bool Transfer(Warp warp, Split split, uint mask)
    {
        if (mask == 0)
        {
            split.Pc++;
            return true;
        }

        warp.Report(this, FindingKind.Trap, mask, () => "the kernel gave up by itself");
        warp.Launch.Stop();
        warp.Exit(split, mask);
        split.Pc++;
        return split.Mask != 0;
    }
}

/// <summary>A direct or indirect call. Arguments are copied lane by lane into the callee's frame, results back when it returns.</summary>
internal sealed unsafe class Call(Source? target, FunctionCode? function, CallValue[] arguments, CallValue[] results) : ControlInstruction
{
    internal CallValue[] Results { get; } = results;

    internal int MeetingPc { get; set; } = -1;

    internal override bool Transfer(Warp warp, Split split, uint mask)
    {
        if (mask == 0)
        {
            split.Pc++;
            return true;
        }

        if (mask != split.Mask)
        {
            // Lanes whose guard fails go past the call and wait behind it.
            var pc = split.Pc;
            warp.Part(split, split.Mask & ~mask, pc + 1, pc + 1);
            split.Pc = pc;
        }

        var callee = function;
        if (target is { } source)
        {
            var addresses = source.Of<ulong>(warp);
            var address = addresses[BitOperations.TrailingZeroCount(mask)];
            var group = 0u;
            for (var m = mask; m != 0; m &= m - 1)
            {
                var lane = BitOperations.TrailingZeroCount(m);
                group |= addresses[lane] == address ? 1u << lane : 0;
            }

            if (group != split.Mask)
            {
                var pc = split.Pc;
                warp.Part(split, split.Mask & ~group, pc, pc + 1);
                split.Pc = pc;
            }

            var number = (address - ModuleVariables.FunctionAddress(0)) >> 4;
            if (number > int.MaxValue || !warp.Launch.Program.ByNumber.TryGetValue((int)number, out callee))
            {
                warp.Report(this, FindingKind.InvalidOperation, group, () => $"expected the address of a function, found 0x{address:x}");
                warp.Exit(split, group);
                return false;
            }
        }

        Enter(warp, split, callee!);
        return true;
    }

    private void Enter(Warp warp, Split split, FunctionCode callee)
    {
        var caller = split.Frame;
        var frame = warp.TakeFrame(callee);
        frame.Enter(caller, split.Pc, split.Mask, caller.LocalEnd);
        if (frame.LocalEnd + 256 > warp.Local.MaximumBytes)
        {
            warp.Report(this, FindingKind.OutOfBounds, split.Mask, () => $"calls nest so deeply that their variables need more than {warp.Local.MaximumBytes} bytes of local memory");
            warp.Exit(split, split.Mask);
            return;
        }

        for (var i = 0; i < arguments.Length && i < callee.Parameters.Count; i++)
        {
            Copy(warp, split.Mask, caller, arguments[i], frame, CallValue.Of(callee.Parameters[i]));
        }

        split.Frame = frame;
        split.Pc = 0;
    }

    /// <summary>Copies a value of a frame to another frame, for the lanes of a mask.</summary>
    internal static void Copy(Warp warp, uint mask, Frame from, CallValue source, Frame to, CallValue target)
    {
        var bytes = (int)Math.Min(source.Size, target.Size);
        for (; mask != 0; mask &= mask - 1)
        {
            var lane = BitOperations.TrailingZeroCount(mask);
            var reads = source.At(warp, from, lane);
            var writes = target.At(warp, to, lane);

            // Local memory may have moved while it grew.
            reads = source.At(warp, from, lane);
            if (reads is not null && writes is not null)
            {
                Unsafe.CopyBlockUnaligned(writes, reads, (uint)bytes);
            }
        }
    }
}

/// <summary>A value that crosses a call: a row of registers, constants, or bytes of local memory.</summary>
internal readonly unsafe record struct CallValue(long LocalOffset, long Size, int Register, nint Constant)
{
    internal static CallValue Of(ParameterPlace place) => new(place.Offset, place.Size, place.Register, 0);

    internal byte* At(Warp warp, Frame frame, int lane) => Constant != 0
        ? (byte*)Constant + (lane * Size)
        : Register >= 0
            ? frame.Registers + Register + (lane * Size)
            : warp.Local.At(lane, (uint)(frame.LocalStart + LocalOffset), (int)Size);
}

/// <summary>The end of a function: lanes go back to the caller; those of a kernel end.</summary>
internal sealed class Return : ControlInstruction
{
    internal override bool Transfer(Warp warp, Split split, uint mask)
    {
        var frame = split.Frame;
        if (frame.Parent is not { } caller)
        {
            warp.Exit(split, split.Mask);
            return false;
        }

        var at = caller.Function.Code[frame.CallPc];
        if ((at is CheckedInstruction check ? check.Inner : at) is Call call)
        {
            for (var i = 0; i < call.Results.Length && i < frame.Function.Returns.Count; i++)
            {
                Call.Copy(warp, split.Mask, frame, CallValue.Of(frame.Function.Returns[i]), caller, call.Results[i]);
            }
        }

        frame.Live &= ~split.Mask;
        if (frame.Live == 0)
        {
            warp.ReturnFrame(frame);
        }

        split.Frame = caller;
        split.Pc = frame.CallPc + 1;
        return true;
    }
}

/// <summary>The address of a variable of the frame.</summary>
internal sealed unsafe class LocalAddress(int destination, long offset) : Instruction
{
    internal override void Execute(Warp warp, uint mask) => new Span<ulong>(warp.Registers + destination, Warp.Lanes).Fill((ulong)(warp.Frame.LocalStart + offset));
}
