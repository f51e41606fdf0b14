namespace PlamoNative.PtxEmulator.Execution;

/// <summary>Blocks with their shared memory and registers, kept from one launch of a kernel to the next: a small launch costs little else.</summary>
internal sealed class ClusterPool
{
    private const int Kept = 4;
    private readonly Lock _gate = new();
    private readonly Dictionary<(int Threads, int SharedBytes, int Size), Stack<Cluster>> _free = [];

    internal Cluster Take(Launch launch, int size)
    {
        lock (_gate)
        {
            if (_free.TryGetValue((launch.BlockThreads, launch.SharedBytes, size), out var free) && free.TryPop(out var cluster))
            {
                cluster.Serve(launch);
                return cluster;
            }
        }

        return new(launch, size);
    }

    internal void Return(Stack<Cluster> clusters, int size)
    {
        lock (_gate)
        {
            while (clusters.TryPop(out var cluster))
            {
                var key = (cluster.Launch.BlockThreads, cluster.Launch.SharedBytes, size);
                if (!_free.TryGetValue(key, out var free))
                {
                    _free.Add(key, free = new());
                }

                if (free.Count < Kept)
                {
                    free.Push(cluster);
                }
            }
        }
    }
}
