using PlamoNative.PtxEmulator.Execution;

namespace PlamoNative.PtxEmulator.Checks;

/// <summary>What happens when nothing in a cluster can run: the fault is named, and execution goes on where a way is left.</summary>
internal static class Deadlocks
{
    /// <summary>False: no way on, the blocks are given up.</summary>
    internal static bool Resolve(Cluster cluster)
    {
        foreach (var block in cluster.Blocks)
        {
            foreach (var warp in block.Warps)
            {
                if (ReleasePartOfWarp(warp))
                {
                    return true;
                }
            }
        }

        foreach (var block in cluster.Blocks)
        {
            foreach (var warp in block.Warps)
            {
                if (warp.ForceGather() is { } split)
                {
                    var instruction = split.Frame.Function.Code[split.Pc];
                    warp.Report(instruction, FindingKind.DivergentWarp, split.WaitingMask, () =>
                        $"executed by lanes 0x{split.WaitingMask:x8} of warp {warp.Index}; the other lanes that it needs never come");
                    return true;
                }
            }
        }

        foreach (var block in cluster.Blocks)
        {
            GiveUp(block);
        }

        return false;
    }

    /// <summary>Lanes wait where the warp should meet, the others at a barrier: divergence, and the cause of standing still.</summary>
    private static bool ReleasePartOfWarp(Warp warp)
    {
        Split? stuck = null;
        foreach (var split in warp.Splits)
        {
            stuck = split.State is SplitState.AtBarrier or SplitState.AtWarpSync && split.Mask != warp.Live ? split : stuck;
        }

        if (!warp.ReleaseConvergences())
        {
            return false;
        }

        if (stuck is { State: SplitState.AtBarrier } && stuck.Frame.Function.Code[stuck.Pc] is BarrierInstruction { IsAligned: true } barrier)
        {
            warp.Report(barrier, FindingKind.DivergentBarrier, stuck.Mask, () =>
                $"reached by lanes 0x{stuck.Mask:x8} of warp {warp.Index} only; lanes 0x{warp.Live & ~stuck.Mask:x8} went another way");
        }

        return true;
    }

    /// <summary>A warp that ran longer than the machine allows: the launch ends.</summary>
    internal static void TooLong(Warp warp)
    {
        if (warp.Splits.Count > 0)
        {
            var split = warp.Splits[0];
            warp.Report(split.Frame.Function.Code[split.Pc], FindingKind.Deadlock, split.Mask, () =>
                $"warp {warp.Index} executed more than {warp.Launch.Options.MaximumWarpInstructions} instructions and has not ended");
        }

        warp.Launch.Stop();
    }

    private static void GiveUp(Block block)
    {
        var isNamed = false;
        foreach (var barrier in block.Barriers)
        {
            foreach (var (warp, split, at) in barrier.Waiting)
            {
                isNamed = true;
                warp.Report(at, FindingKind.DivergentBarrier, split.Mask, () =>
                    $"barrier {barrier.Id} can never complete: {barrier.Waiting.Count} groups of lanes wait at it, the block's other threads wait elsewhere");
            }
        }

        foreach (var warp in block.Warps)
        {
            if (!isNamed && warp.Splits.Count > 0)
            {
                var split = warp.Splits[0];
                warp.Report(split.Frame.Function.Code[split.Pc], FindingKind.Deadlock, split.Mask, () => "every thread of the block waits for something that cannot come");
                isNamed = true;
            }
        }

        block.Abort();
    }
}
