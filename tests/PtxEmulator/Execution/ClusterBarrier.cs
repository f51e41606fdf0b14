namespace PlamoNative.PtxEmulator.Execution;

/// <summary>The barrier of a cluster: <c>barrier.cluster.arrive</c> and <c>wait</c>, in phases.</summary>
internal sealed class ClusterBarrier(Cluster cluster)
{
    private readonly Dictionary<Warp, uint> _arrived = [];
    private readonly List<(Warp Warp, Split Split)> _waiting = [];

    /// <summary>Lanes that arrived in a phase that is complete and have not waited for it yet.</summary>
    private readonly Dictionary<Warp, uint> _passed = [];

    internal IReadOnlyList<(Warp Warp, Split Split)> Waiting => _waiting;

    internal void Reset()
    {
        _arrived.Clear();
        _waiting.Clear();
        _passed.Clear();
    }

    internal void Arrive(Warp warp, Instruction instruction, uint lanes)
    {
        var before = _arrived.GetValueOrDefault(warp);
        if ((before & lanes) != 0 || (_passed.GetValueOrDefault(warp) & lanes) != 0)
        {
            warp.Report(instruction, FindingKind.DivergentBarrier, lanes, () => "a thread arrived twice at the cluster's barrier without waiting");
        }

        _arrived[warp] = before | lanes;
        warp.Block.RaceCheck?.Release(warp, this);
        Check();
    }

    /// <summary>True when the phase in which these lanes arrived is complete; otherwise the split waits.</summary>
    internal bool Wait(Warp warp, Split split, Instruction instruction, uint lanes)
    {
        var passed = _passed.GetValueOrDefault(warp);
        if ((lanes & ~passed) == 0)
        {
            _passed[warp] = passed & ~lanes;
            warp.Block.RaceCheck?.Acquire(warp, this);
            return true;
        }

        if ((lanes & ~(passed | _arrived.GetValueOrDefault(warp))) != 0)
        {
            warp.Report(instruction, FindingKind.DivergentBarrier, lanes, () => "a thread waits at the cluster's barrier without having arrived");
            return true;
        }

        split.State = SplitState.AtBarrier;
        _waiting.Add((warp, split));
        return false;
    }

    internal void Check()
    {
        if (_arrived.Count == 0)
        {
            return;
        }

        foreach (var block in cluster.Blocks)
        {
            foreach (var warp in block.Warps)
            {
                if ((warp.Live & ~_arrived.GetValueOrDefault(warp)) != 0)
                {
                    return;
                }
            }
        }

        foreach (var (warp, lanes) in _arrived)
        {
            _passed[warp] = _passed.GetValueOrDefault(warp) | lanes;
        }

        _arrived.Clear();
        foreach (var (_, split) in _waiting)
        {
            split.State = SplitState.Ready;
        }

        _waiting.Clear();
    }
}

/// <summary><c>barrier.cluster</c>.</summary>
internal sealed class ClusterBarrierInstruction(bool isWait) : ControlInstruction
{
    internal override bool Transfer(Warp warp, Split split, uint mask)
    {
        var barrier = warp.Block.Cluster.Barrier;
        if (mask != 0)
        {
            if (isWait)
            {
                if (!barrier.Wait(warp, split, this, mask))
                {
                    return false;
                }
            }
            else
            {
                barrier.Arrive(warp, this, mask);
            }
        }

        split.Pc++;
        return true;
    }
}
