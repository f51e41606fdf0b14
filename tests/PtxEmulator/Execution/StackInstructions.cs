using System.Numerics;

namespace PlamoNative.PtxEmulator.Execution;

/// <summary>An instruction without effect: a turn for others.</summary>
internal sealed class Yield : Instruction
{
    internal override void Execute(Warp warp, uint mask) => warp.Block.HasPolled = true;
}

/// <summary><c>alloca</c>: the frame grows by the largest demand among its lanes.</summary>
internal sealed unsafe class AllocateStack(int destination, int width, Source size, uint alignment) : Instruction
{
    internal override void Execute(Warp warp, uint mask)
    {
        var start = (warp.Frame.LocalEnd + alignment - 1) / alignment * alignment;
        ulong most = 0;
        for (var m = mask; m != 0; m &= m - 1)
        {
            var lane = BitOperations.TrailingZeroCount(m);
            most = Math.Max(most, width == 8 ? size.Of<ulong>(warp)[lane] : size.Of<uint>(warp)[lane]);
            if (width == 8)
            {
                ((ulong*)(warp.Registers + destination))[lane] = start;
            }
            else
            {
                ((uint*)(warp.Registers + destination))[lane] = start;
            }
        }

        if (most > warp.Local.MaximumBytes - Math.Min(start, warp.Local.MaximumBytes))
        {
            warp.Report(this, FindingKind.OutOfBounds, mask, () => $"expected at most {warp.Local.MaximumBytes} bytes of local memory, found {most} more");
            return;
        }

        warp.Frame.LocalEnd = start + (uint)most;
    }
}

/// <summary><c>stacksave</c>.</summary>
internal sealed unsafe class SaveStack(int destination, int width) : Instruction
{
    internal override void Execute(Warp warp, uint mask)
    {
        for (; mask != 0; mask &= mask - 1)
        {
            var lane = BitOperations.TrailingZeroCount(mask);
            if (width == 8)
            {
                ((ulong*)(warp.Registers + destination))[lane] = warp.Frame.LocalEnd;
            }
            else
            {
                ((uint*)(warp.Registers + destination))[lane] = warp.Frame.LocalEnd;
            }
        }
    }
}

/// <summary><c>stackrestore</c>: back to what was saved, when the whole frame does it.</summary>
internal sealed unsafe class RestoreStack(Source saved, int width) : Instruction
{
    internal override void Execute(Warp warp, uint mask)
    {
        if (mask == warp.Frame.Live)
        {
            var lane = BitOperations.TrailingZeroCount(mask);
            var value = width == 8 ? saved.Of<ulong>(warp)[lane] : saved.Of<uint>(warp)[lane];
            warp.Frame.LocalEnd = (uint)Math.Clamp(value, warp.Frame.LocalStart, warp.Frame.LocalEnd);
        }
    }
}
