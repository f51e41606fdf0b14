using PlamoNative.PtxEmulator.Checks;

namespace PlamoNative.PtxEmulator.Execution;

/// <summary>Blocks that run together: one, unless the kernel asks for clusters. The unit of scheduling.</summary>
internal sealed class Cluster
{
    private const int WarpSlice = 4096;

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

    internal Launch Launch { get; }

    internal Block[] Blocks { get; }

    internal ClusterBarrier Barrier { get; }

    /// <summary>Instructions that one turn may take; grows with every turn.</summary>
    internal long Slice { get; private set; }

    internal void Start(long firstBlock)
    {
        Slice = 64 * 1024;
        Barrier.Reset();
        for (var i = 0; i < Blocks.Length; i++)
        {
            Blocks[i].Start(Launch.BlockOfCluster(firstBlock, i));
        }
    }

    /// <summary>Runs for a turn. True: all blocks are done.</summary>
    internal bool Run()
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

            if (spent > Slice)
            {
                // A block that waits for another must let it run; one that only computes may keep its turn for long.
                var polled = Array.Exists(Blocks, block => block.HasPolled);
                if (polled || spent > Slice * 64)
                {
                    Slice = Math.Min(Slice * 2, 1L << 24);
                    return false;
                }
            }
        }
    }

    internal void OnExit() => Barrier.Check();
}
