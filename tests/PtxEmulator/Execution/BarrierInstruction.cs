using System.Numerics;

namespace PlamoNative.PtxEmulator.Execution;

internal enum BarrierMode
{
    Sync,
    Arrive,
    Popc,
    And,
    Or,
}

/// <summary><c>bar</c> and <c>barrier</c>: sync, arrive, red.</summary>
internal sealed unsafe class BarrierInstruction(BarrierMode mode, Source id, Source? threads, Source? predicate, bool flips, int destination, bool isAligned)
    : ControlInstruction
{
    internal bool IsAligned { get; } = isAligned;

    internal override bool Transfer(Warp warp, Split split, uint mask)
    {
        if (split.HasPassed || mask == 0)
        {
            split.HasPassed = false;
            split.Pc++;
            return true;
        }

        var lane = BitOperations.TrailingZeroCount(mask);
        var index = id.Of<uint>(warp)[lane];
        var demanded = threads is { } count ? (int)count.Of<uint>(warp)[lane] : 0;
        if (index > 15)
        {
            warp.Report(this, FindingKind.InvalidOperation, mask, () => $"expected a barrier from 0 to 15, found {index}");
            split.Pc++;
            return true;
        }

        var predicates = predicate is { } source ? *source.Of<uint>(warp) ^ (flips ? uint.MaxValue : 0) : 0;
        var waits = mode != BarrierMode.Arrive;
        if (!waits)
        {
            split.Pc++;
        }

        warp.Block.Barriers[index].Arrive(warp, split, this, mask, predicates, demanded, waits);
        if (!waits)
        {
            return true;
        }

        if (split.HasPassed)
        {
            split.HasPassed = false;
            split.Pc++;
            return true;
        }

        return false;
    }

    /// <summary>The result of a reduction goes to the lanes that waited.</summary>
    internal void OnComplete(Warp warp, Split split, (int Count, bool All, bool Any) result)
    {
        if (mode is BarrierMode.Sync or BarrierMode.Arrive)
        {
            return;
        }

        var registers = split.Frame.Registers + destination;
        if (mode == BarrierMode.Popc)
        {
            for (var lane = 0; lane < Warp.Lanes; lane++)
            {
                if ((split.Mask >> lane & 1) != 0)
                {
                    ((uint*)registers)[lane] = (uint)result.Count;
                }
            }

            return;
        }

        var value = mode == BarrierMode.And ? result.All : result.Any;
        *(uint*)registers = (*(uint*)registers & ~split.Mask) | (value ? split.Mask : 0);
    }
}
