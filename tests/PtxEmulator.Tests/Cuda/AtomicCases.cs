using System.Numerics;
using System.Runtime.InteropServices;
using Xunit;
using static PlamoNative.PtxEmulator.Tests.Cuda.CudaArgument;
using static PlamoNative.PtxEmulator.Tests.Cuda.CudaCase;

namespace PlamoNative.PtxEmulator.Tests.Cuda;

/// <summary>Threads that meet in memory, and lanes that meet in a warp.</summary>
internal static class AtomicCases
{
    [StructLayout(LayoutKind.Sequential)]
    private struct Totals
    {
        internal ulong Sum;
        internal int Smallest;
        internal int Largest;
        internal double Product;
        internal uint Wrapped;
        internal uint Flags;
        internal uint Last;
        internal float Total;
    }

    internal static CudaCase ClusterHistogram()
    {
        const int Clusters = 2, Count = 500, Bins = 256;
        var random = Seeded(11);
        var values = Make(Clusters * Count, _ => (byte)(random.Next(256) * random.Next(256) / 256));
        var histograms = Buffer(new uint[Clusters * Bins]);
        var neighbors = Buffer(new uint[Clusters * Bins]);
        return new("Sources/cluster_histogram.ptx", "clusterHistogram", new(4 * Clusters), new(64), 0, [Buffer(values), histograms, neighbors, Of(Count)], () =>
        {
            for (var cluster = 0; cluster < Clusters; cluster++)
            {
                var part = values.AsSpan(cluster * Count, Count).ToArray();
                for (var bin = 0; bin < Bins; bin++)
                {
                    Assert.Equal((uint)part.Count(value => value == bin), histograms.Values[cluster * Bins + bin]);
                    Assert.Equal((uint)part.Count(value => value == (bin + 64) % Bins), neighbors.Values[cluster * Bins + bin]);
                }
            }
        });
    }

    internal static CudaCase Atomics()
    {
        const int Count = 1000;
        var random = Seeded(12);
        var values = Make(Count, _ => random.Next(-500, 500));
        var histogram = Buffer(new uint[64]);
        var words = new ulong[5];
        MemoryMarshal.Cast<ulong, Totals>(words.AsSpan())[0] = new() { Smallest = int.MaxValue, Largest = int.MinValue, Product = 1, Wrapped = 90 };
        var totals = Buffer(words);
        return new("Sources/atomics.ptx", "atomics", new(3), new(128), 0, [Buffer(values), histogram, totals, Of(Count)], () =>
        {
            for (var bin = 0; bin < 64; bin++)
            {
                Assert.Equal((uint)values.Count(value => (value & 63) == bin), histogram.Values[bin]);
            }

            var found = MemoryMarshal.Cast<ulong, Totals>(totals.Values.AsSpan())[0];
            Assert.Equal(values.Sum(), (long)found.Sum);
            Assert.Equal((values.Min(), values.Max()), (found.Smallest, found.Largest));
            Assert.Equal(Math.Pow(2, values.Count(static value => (value & 15) == 3)), found.Product);
            Assert.Equal((90u + Count) % 100, found.Wrapped);
            Assert.Equal(values.Aggregate(0u, static (flags, value) => flags | 1u << (value & 31)), found.Flags);
            Assert.Contains((int)found.Last, values);
            Assert.Equal(values.Sum(static value => value & 7), found.Total);
        });
    }

    internal static CudaCase WarpVotes()
    {
        const int Blocks = 2, Threads = 64, Count = Blocks * Threads, Threshold = 5;
        var random = Seeded(13);
        var values = Make(Count, _ => random.Next(-100, 100));
        var keys = Make(Count, i => i < 32 ? 7 : random.Next(6));
        var compacted = Buffer(Make(Count, static _ => -1000));
        var counts = Buffer(new uint[Count / 32]);
        var matches = Buffer(new uint[2 * Count]);
        var reduced = Buffer(new int[4 * Count]);
        return new("Sources/warp_votes.ptx", "warpVotes", new(Blocks), new(Threads), 0, [Buffer(values), Buffer(keys), compacted, counts, matches, reduced, Of(Threshold)], () =>
        {
            for (var i = 0; i < Count; i++)
            {
                var first = i / 32 * 32;
                var warp = values.AsSpan(first, 32).ToArray();
                var kept = warp.Where(static value => value > Threshold).ToArray();
                Assert.Equal((uint)kept.Length, counts.Values[i / 32]);
                Assert.Equal(i - first < kept.Length ? kept[i - first] : -1000, compacted.Values[i]);
                Assert.Equal(Mask(first, other => keys[other] == keys[i]), matches.Values[i]);
                Assert.Equal(i < 32 ? uint.MaxValue : 0, matches.Values[Count + i]);
                var isOdd = (values[i] & 1) != 0;
                var half = warp.Where(value => (value & 1) != 0 == isOdd).ToArray();
                int[] expected = isOdd
                    ? [half.Sum(), half.Max(), half.Any(static value => value > Threshold) ? 1 : 0]
                    : [half.Min(), half.Aggregate(0, static (all, value) => all ^ value), half.All(static value => value > Threshold) ? 1 : 0];
                Assert.Equal(expected, reduced.Values[(4 * i)..(4 * i + 3)]);

                // The width of 16 keeps the lane's own half.
                var source = (i & 16) + ((i & 31) * 5 + 3 & 15);
                Assert.Equal(warp[source], reduced.Values[4 * i + 3]);
            }
        });
    }

    private static uint Mask(int first, Func<int, bool> takes) => Enumerable.Range(0, 32).Aggregate(0u, (mask, lane) => mask | (takes(first + lane) ? BitOperations.RotateLeft(1u, lane) : 0));
}
