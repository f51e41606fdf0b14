using Xunit;
using static PlamoNative.PtxEmulator.Tests.Cuda.CudaArgument;
using static PlamoNative.PtxEmulator.Tests.Cuda.CudaCase;

namespace PlamoNative.PtxEmulator.Tests.Cuda;

/// <summary>Sums over a block, over a grid, along a row.</summary>
internal static class ReductionCases
{
    internal static CudaCase BlockReduce()
    {
        const int Count = 5003, Blocks = 2;
        var input = Make(Count, static i => (float)(i * 7 % 17 - 8));
        var partials = Buffer(new float[Blocks]);
        return new("Sources/block_reduce.ptx", "blockReduce", new(Blocks), new(256), 0, [Buffer(input), partials, Of(Count)], () =>
        {
            for (var block = 0; block < Blocks; block++)
            {
                // Quads of four go to blocks by turns of 256.
                var expected = input.Where((_, i) => i / 4 / 256 % Blocks == block).Sum();
                Assert.Equal(expected, partials.Values[block]);
            }
        });
    }

    internal static CudaCase LookBackScan()
    {
        const int Blocks = 37, Count = Blocks * 128 - 5;
        var input = Make(Count, static i => i * 31 % 101 - 50);
        var output = Buffer(new int[Count]);
        var ticket = Buffer(new uint[1]);
        return new("Sources/lookback_scan.ptx", "lookBackScan", new(Blocks), new(128), 0, [Buffer(input), output, Of(Count), ticket, Buffer(new ulong[Blocks])], () =>
        {
            var sum = 0;
            Assert.Equal(input.Select(value => sum += value), output.Values);
            Assert.Equal((uint)Blocks, ticket.Values[0]);
        });
    }

    internal static CudaCase ExclusiveScan()
    {
        const int Rows = 3, Width = 100, Threads = 64;
        var random = Seeded(1);
        var input = Make(Rows * Width, _ => (ulong)random.NextInt64());
        var output = Buffer(new ulong[Rows * Width]);
        return new("Sources/exclusive_scan.ptx", "exclusiveScan", new(Rows), new(Threads), 2 * Threads * sizeof(ulong), [Buffer(input), output, Of(Width)], () =>
        {
            for (var row = 0; row < Rows; row++)
            {
                var sum = 0UL;
                for (var i = row * Width; i < (row + 1) * Width; i++)
                {
                    Assert.Equal(sum, output.Values[i]);
                    sum += input[i];
                }
            }
        });
    }

    internal static CudaCase Softmax()
    {
        const int Rows = 6, Width = 75;
        var random = Seeded(2);
        var input = Make(Rows * Width, _ => (float)(random.NextDouble() * 20 - 10));
        var output = Buffer(new float[Rows * Width]);
        return new("Sources/softmax.ptx", "softmax", new(2), new(128), 0, [Buffer(input), output, Of(Rows), Of(Width)], () =>
        {
            foreach (var row in Enumerable.Range(0, Rows))
            {
                var values = input.Skip(row * Width).Take(Width).Select(static value => (double)value).ToArray();
                var maximum = values.Max();
                var sum = values.Sum(value => Math.Exp(value - maximum));
                for (var i = 0; i < Width; i++)
                {
                    // expf of the toolkit is good to 2 units in the last place, the sum of 75 terms to a few more.
                    var expected = Math.Exp(values[i] - maximum) / sum;
                    Assert.Equal(expected, output.Values[row * Width + i], 2e-6 * expected);
                }
            }
        });
    }
}
