using System.Numerics;
using PlamoNative.PtxEmulator.Numerics;

namespace PlamoNative.PtxEmulator.Execution;

/// <summary>An instruction for the lanes that a member mask names: they wait for each other, wherever they are.</summary>
internal abstract unsafe class CollectiveInstruction(Source members) : ControlInstruction
{
    internal sealed override bool Transfer(Warp warp, Split split, uint mask)
    {
        if (mask == 0)
        {
            split.Pc++;
            return true;
        }

        var named = members.Of<uint>(warp)[BitOperations.TrailingZeroCount(mask)];
        var outside = mask & ~named;
        if (outside != 0)
        {
            warp.Report(this, FindingKind.DivergentWarp, outside, () => $"lanes 0x{outside:x8} execute it, but the member mask 0x{named:x8} does not name them");
        }

        if (!warp.Gather(split, mask, named, out var together))
        {
            return false;
        }

        Execute(warp, together);
        split.Pc++;
        return true;
    }

    internal abstract override void Execute(Warp warp, uint mask);
}

/// <summary><c>shfl</c>.</summary>
internal sealed unsafe class ShuffleInstruction(ShuffleMode mode, Source members, int destination, int predicate, Source a, Source b, Source c)
    : CollectiveInstruction(members)
{
    internal override void Execute(Warp warp, uint mask)
    {
        Span<uint> result = stackalloc uint[Warp.Lanes];
        var undefined = Shuffle.Execute(
            mode, mask, new(a.Of<uint>(warp), Warp.Lanes), new(b.Of<uint>(warp), Warp.Lanes), new(c.Of<uint>(warp), Warp.Lanes), result, out var inside);
        var d = (uint*)(warp.Registers + destination);
        for (var m = mask; m != 0; m &= m - 1)
        {
            var lane = BitOperations.TrailingZeroCount(m);
            d[lane] = result[lane];
        }

        if (predicate >= 0)
        {
            var p = (uint*)(warp.Registers + predicate);
            *p = (*p & ~mask) | (inside & mask);
        }

        if (undefined != 0)
        {
            warp.Report(this, FindingKind.DivergentWarp, undefined, () => $"lanes 0x{undefined:x8} read from lanes that do not take part (0x{mask:x8} do)");
        }
    }
}

/// <summary><c>vote</c>.</summary>
internal sealed unsafe class VoteInstruction(string mode, Source members, int destination, Source predicate, uint flip) : CollectiveInstruction(members)
{
    internal override void Execute(Warp warp, uint mask)
    {
        var holds = *predicate.Of<uint>(warp) ^ flip;
        var d = (uint*)(warp.Registers + destination);
        if (mode == "ballot")
        {
            var ballot = WarpCollectives.Ballot(mask, holds);
            for (var m = mask; m != 0; m &= m - 1)
            {
                d[BitOperations.TrailingZeroCount(m)] = ballot;
            }

            return;
        }

        var value = mode switch
        {
            "all" => WarpCollectives.All(mask, holds),
            "any" => WarpCollectives.Any(mask, holds),
            _ => WarpCollectives.Uniform(mask, holds),
        };
        *d = (*d & ~mask) | (value ? mask : 0);
    }
}

/// <summary><c>match</c>.</summary>
internal sealed unsafe class MatchInstruction(bool isAll, int size, Source members, int destination, int predicate, Source a) : CollectiveInstruction(members)
{
    internal override void Execute(Warp warp, uint mask)
    {
        Span<uint> result = stackalloc uint[Warp.Lanes];
        var isEqual = false;
        if (!isAll)
        {
            if (size == 8)
            {
                WarpCollectives.MatchAny<ulong>(mask, new(a.Of<ulong>(warp), Warp.Lanes), result);
            }
            else
            {
                WarpCollectives.MatchAny<uint>(mask, new(a.Of<uint>(warp), Warp.Lanes), result);
            }
        }
        else
        {
            result.Fill(size == 8
                ? WarpCollectives.MatchAll<ulong>(mask, new(a.Of<ulong>(warp), Warp.Lanes), out isEqual)
                : WarpCollectives.MatchAll<uint>(mask, new(a.Of<uint>(warp), Warp.Lanes), out isEqual));
        }

        var d = (uint*)(warp.Registers + destination);
        for (var m = mask; m != 0; m &= m - 1)
        {
            var lane = BitOperations.TrailingZeroCount(m);
            d[lane] = result[lane];
        }

        if (predicate >= 0)
        {
            var p = (uint*)(warp.Registers + predicate);
            *p = (*p & ~mask) | (isEqual ? mask : 0);
        }
    }
}

/// <summary><c>redux</c>.</summary>
internal sealed unsafe class ReduxInstruction(ReduxOperation operation, Source members, int destination, Source a) : CollectiveInstruction(members)
{
    internal override void Execute(Warp warp, uint mask)
    {
        var value = WarpCollectives.Reduce(operation, mask, new(a.Of<uint>(warp), Warp.Lanes));
        var d = (uint*)(warp.Registers + destination);
        for (; mask != 0; mask &= mask - 1)
        {
            d[BitOperations.TrailingZeroCount(mask)] = value;
        }
    }
}

/// <summary><c>elect.sync</c>: the lowest lane of the mask.</summary>
internal sealed unsafe class Elect(Source members, int destination, int predicate) : CollectiveInstruction(members)
{
    internal override void Execute(Warp warp, uint mask)
    {
        var leader = WarpCollectives.Elect(mask);
        var d = (uint*)(warp.Registers + destination);
        for (var m = mask; m != 0; m &= m - 1)
        {
            d[BitOperations.TrailingZeroCount(m)] = (uint)leader;
        }

        var p = (uint*)(warp.Registers + predicate);
        *p = (*p & ~mask) | (1u << leader);
    }
}

/// <summary><c>bar.warp.sync</c>.</summary>
internal sealed class WarpBarrier(Source members) : CollectiveInstruction(members)
{
    internal override void Execute(Warp warp, uint mask) => warp.Block.RaceCheck?.SynchronizeWarp(warp);
}

/// <summary><c>activemask</c>.</summary>
internal sealed unsafe class ActiveMask(int destination) : Instruction
{
    internal override void Execute(Warp warp, uint mask)
    {
        var value = mask;
        var d = (uint*)(warp.Registers + destination);
        for (; mask != 0; mask &= mask - 1)
        {
            d[BitOperations.TrailingZeroCount(mask)] = value;
        }
    }
}
