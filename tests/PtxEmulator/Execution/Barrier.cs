using System.Numerics;

namespace PlamoNative.PtxEmulator.Execution;

/// <summary>One of the sixteen barriers of a block. Lanes arrive; it completes when every live thread of the block, or the demanded number, has.</summary>
internal sealed class Barrier(Block block, int id)
{
    private readonly uint[] _arrived = new uint[block.Warps.Length];
    private readonly List<(Warp Warp, Split Split, BarrierInstruction At)> _waiting = [];
    private int _demanded;
    private int _predicateCount;
    private int _participants;

    internal int Id { get; } = id;

    internal IReadOnlyList<(Warp Warp, Split Split, BarrierInstruction At)> Waiting => _waiting;

    /// <summary>Results of the last completed reduction.</summary>
    internal (int Count, bool All, bool Any) Result { get; private set; }

    internal void Reset()
    {
        Array.Clear(_arrived);
        _waiting.Clear();
        (_demanded, _predicateCount, _participants) = (0, 0, 0);
    }

    /// <summary>Counts lanes in; a split that waits is woken when the barrier completes.</summary>
    internal void Arrive(Warp warp, Split split, BarrierInstruction instruction, uint lanes, uint predicates, int demanded, bool waits)
    {
        if (demanded != 0 && demanded % Warp.Lanes != 0)
        {
            warp.Report(instruction, FindingKind.InvalidOperation, lanes, () => $"expected a multiple of 32 threads for barrier {Id}, found {demanded}");
        }

        if (_demanded != 0 && demanded != 0 && demanded != _demanded)
        {
            warp.Report(instruction, FindingKind.InvalidOperation, lanes, () => $"expected {_demanded} threads for barrier {Id}, as those that wait there say, found {demanded}");
        }

        if ((_arrived[warp.Index] & lanes) != 0 && waits)
        {
            warp.Report(instruction, FindingKind.DivergentBarrier, lanes, () => $"lanes 0x{_arrived[warp.Index] & lanes:x8} arrived twice at barrier {Id} before it completed");
        }

        _demanded = Math.Max(_demanded, demanded);
        _arrived[warp.Index] |= lanes;
        _predicateCount += BitOperations.PopCount(predicates & lanes);
        _participants += BitOperations.PopCount(lanes);
        block.RaceCheck?.Release(warp, this);
        if (waits)
        {
            foreach (var (other, _, at) in _waiting)
            {
                if (other == warp && !ReferenceEquals(at, instruction) && instruction.IsAligned)
                {
                    warp.Report(instruction, FindingKind.DivergentBarrier, lanes, () =>
                        $"lanes 0x{lanes:x8} of warp {warp.Index} are at this barrier {Id}, others of the warp at that of PTX line {at.Line}");
                }
            }

            split.State = SplitState.AtBarrier;
            _waiting.Add((warp, split, instruction));
        }

        Check();
    }

    /// <summary>Completes the barrier when all are here.</summary>
    internal void Check()
    {
        if (_participants == 0)
        {
            return;
        }

        var arrived = 0;
        foreach (var warp in block.Warps)
        {
            var lanes = _arrived[warp.Index];
            if (_demanded == 0)
            {
                if ((warp.Live & ~lanes) != 0)
                {
                    return;
                }
            }
            else if (lanes != 0)
            {
                // Hardware counts whole warps.
                arrived += (warp.Live & ~lanes) == 0 ? Warp.Lanes : BitOperations.PopCount(lanes);
            }
        }

        if (arrived >= _demanded)
        {
            Complete();
        }
    }

    private void Complete()
    {
        Result = (_predicateCount, _predicateCount == _participants, _predicateCount > 0);
        foreach (var (warp, split, at) in _waiting)
        {
            split.State = SplitState.Ready;
            split.HasPassed = true;
            block.RaceCheck?.Acquire(warp, this);
            at.OnComplete(warp, split, Result);
        }

        Reset();
        block.RaceCheck?.Forget(this);
    }
}
