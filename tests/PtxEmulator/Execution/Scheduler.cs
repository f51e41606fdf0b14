namespace PlamoNative.PtxEmulator.Execution;

/// <summary>Gives clusters to workers. A cluster that waits for others goes to the back of a queue that all workers share, so that those run.</summary>
internal sealed class Scheduler
{
    private readonly Lock _gate = new();
    private readonly Queue<Cluster> _parked = new();
    private readonly Stack<Cluster> _free = new();
    private readonly Launch _launch;
    private readonly int _clusterSize;
    private readonly long _clusters;
    private long _started;
    private int _running;
    private Exception? _failure;

    private Scheduler(Launch launch)
    {
        _launch = launch;
        _clusterSize = (int)launch.ClusterSize.Count;
        _clusters = launch.GridSize.Count / _clusterSize;
    }

    internal static void Run(Launch launch)
    {
        var scheduler = new Scheduler(launch);
        var workers = launch.Options.Workers > 0 ? launch.Options.Workers : Environment.ProcessorCount;
        workers = (int)Math.Min(workers, scheduler._clusters);
        // Any worker can do all the work: those that the pool starts late find none left.
        var others = new Task[Math.Max(0, workers - 1)];
        for (var i = 0; i < others.Length; i++)
        {
            others[i] = Task.Run(scheduler.Work);
        }

        scheduler.Work();
        Task.WaitAll(others);
        if (scheduler._failure is null && !launch.IsStopped)
        {
            launch.Kernel.Clusters.Return(scheduler._free, scheduler._clusterSize);
        }

        if (scheduler._failure is { } failure)
        {
            throw new InvalidOperationException($"the emulator failed in kernel {launch.Kernel.Name}: {failure.Message}", failure);
        }
    }

    private void Work()
    {
        try
        {
            while (Next() is { } cluster)
            {
                var isDone = cluster.Run(_parked.Count);
                lock (_gate)
                {
                    _running--;
                    if (isDone)
                    {
                        Collect(cluster);
                        _free.Push(cluster);
                    }
                    else
                    {
                        _parked.Enqueue(cluster);
                    }
                }
            }
        }
        catch (Exception exception)
        {
            _failure = exception;
            _launch.Stop();
        }
    }

    private Cluster? Next()
    {
        lock (_gate)
        {
            if (_launch.IsStopped)
            {
                return null;
            }

            Cluster cluster;
            if (_started < _clusters)
            {
                cluster = _free.Count > 0 ? _free.Pop() : _launch.Kernel.Clusters.Take(_launch, _clusterSize);
                cluster.Start(_started++);
            }
            else if (_parked.Count > 0)
            {
                cluster = _parked.Dequeue();
            }
            else
            {
                return null;
            }

            _running++;
            return cluster;
        }
    }

    private void Collect(Cluster cluster)
    {
        foreach (var block in cluster.Blocks)
        {
            foreach (var warp in block.Warps)
            {
                block.Counters.ThreadInstructions += warp.ThreadInstructions;
                block.Counters.WarpInstructions += warp.WarpInstructions;
            }

            _launch.Totals.Add(block.Counters);
            block.Counters = new();
        }
    }
}
