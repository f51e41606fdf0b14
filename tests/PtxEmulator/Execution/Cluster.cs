using PlamoNative.PtxEmulator.Checks;

namespace PlamoNative.PtxEmulator.Execution;

/// <summary>Blocks that run together: one, unless the kernel asks for clusters. The unit of scheduling.</summary>
internal sealed class Cluster
{
    private const int WarpSlice = 4096;

    /// <summary>Instructions of a turn when the blocks look at memory that others may write, and when they only compute.</summary>
    private const long PollingSlice = 16 * 1024;

    private const long ComputingSlice = 8 << 20;

    internal Cluster(Launch launch, int size)
    {
        Launch = launch;
        Blocks = new Block[size];
        for (var i = 0; i < size; i++)
        {
            Blocks[i] = new(launch) { Cluster = this, ClusterRank = i };
        }

        Barrier = new(this);
    }

    internal Launch Launch { get; private set; }

    internal Block[] Blocks { get; }

    internal ClusterBarrier Barrier { get; }

    /// <summary>Serves another launch of the same shape.</summary>
    internal void Serve(Launch launch)
    {
        Launch = launch;
        foreach (var block in Blocks)
        {
            block.Launch = launch;
        }
    }

    internal void Start(long firstBlock)
    {
        Barrier.Reset();
        for (var i = 0; i < Blocks.Length; i++)
        {
            Blocks[i].Start(Launch.BlockOfCluster(firstBlock, i));
        }
    }

    /// <summary>Runs for a turn: longer when many others are parked, so that blocks that do not wait end. True: all blocks are done.</summary>
    internal bool Run(int parked)
    {
        var spent = 0L;
        foreach (var block in Blocks)
        {
            block.HasPolled = false;
        }

        while (true)
        {
            var ran = false;
            var done = true;
            foreach (var block in Blocks)
            {
                if (block.IsDone)
                {
                    continue;
                }

                done = false;
                foreach (var warp in block.Warps)
                {
                    var before = warp.WarpInstructions;
                    ran |= warp.Run(WarpSlice);
                    spent += warp.WarpInstructions - before;
                    if (warp.WarpInstructions > Launch.Options.MaximumWarpInstructions)
                    {
                        Deadlocks.TooLong(warp);
                        return true;
                    }
                }
            }

            if (done || Launch.IsStopped)
            {
                return true;
            }

            if (!ran && !Deadlocks.Resolve(this))
            {
                return true;
            }

            // A block that waits for another must let it run; one that only computes may keep its turn for long.
            if (spent > PollingSlice * (1 + (parked / 8)) && (spent > ComputingSlice || Array.Exists(Blocks, block => block.HasPolled)))
            {
                return false;
            }
        }
    }

    internal void OnExit() => Barrier.Check();
}
