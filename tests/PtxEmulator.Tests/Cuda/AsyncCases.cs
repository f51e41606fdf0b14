using Xunit;
using static PlamoNative.PtxEmulator.Tests.Cuda.CudaArgument;
using static PlamoNative.PtxEmulator.Tests.Cuda.CudaCase;

namespace PlamoNative.PtxEmulator.Tests.Cuda;

/// <summary>Copies and barriers that are waited for later.</summary>
internal static class AsyncCases
{
    internal static CudaCase Stencil()
    {
        const int Rows = 2, Width = 600, Radius = 3;
        var random = Seeded(10);
        var input = Make(Rows * Width, _ => random.NextSingle() - 0.5f);
        var weights = Make(2 * Radius + 1, _ => random.NextSingle());
        var output = Buffer(new float[Rows * Width]);
        return new("Sources/async_stencil.ptx", "asyncStencil", new(Rows), new(128), 0, [Buffer(input), Buffer(weights), output, Of(Width), Of(Radius)], () =>
        {
            for (var i = 0; i < Rows * Width; i++)
            {
                var sum = 0.0f;
                for (var j = -Radius; j <= Radius; j++)
                {
                    var column = i % Width + j;
                    sum = MathF.FusedMultiplyAdd(weights[j + Radius], column is >= 0 and < Width ? input[i + j] : 0.0f, sum);
                }

                Assert.Equal(sum, output.Values[i]);
            }
        });
    }

    internal static CudaCase TensorTranspose()
    {
        // Neither side is a multiple of the tile: what is loaded outside is zero, what is stored outside is dropped.
        const int Rows = 88, Columns = 152, Float32 = 7;
        var input = Make(Rows * Columns, static i => i * 0.5f);
        var output = Buffer(new float[Rows * Columns]);
        var source = new CudaTensorMap(Buffer(input), Float32, [Columns, Rows], [Columns * sizeof(float)], [32, 32]);
        var target = new CudaTensorMap(output, Float32, [Rows, Columns], [Rows * sizeof(float)], [32, 32]);
        return new("Sources/tensor_transpose.ptx", "tensorTranspose", new(3), new(128), 0, [source, target, Of(5)], () =>
            Assert.Equal(Make(input.Length, i => input[i % Rows * Columns + i / Rows]), output.Values));
    }

    internal static CudaCase BulkAdd()
    {
        const int Count = 3 * 512;
        var left = Make(Count, static i => i * 3);
        var right = Make(Count, static i => 1000 - i);
        var sums = Buffer(new int[Count]);
        return new("Sources/bulk_copy.ptx", "bulkAdd", new(3), new(128), 0, [Buffer(left), Buffer(right), sums], () => Assert.Equal(left.Zip(right, static (a, b) => a + b), sums.Values));
    }

    internal static CudaCase ProducersConsumers()
    {
        const int Blocks = 2, Parts = 5, Part = 64;
        var input = Make(Blocks * Parts * Part, static i => i * 5 - 300);
        var output = Buffer(new int[Blocks * Parts * Part + Blocks]);
        return new("Sources/named_barriers.ptx", "producersConsumers", new(Blocks), new(128), 0, [Buffer(input), output, Of(Parts)], () =>
        {
            for (var i = 0; i < input.Length; i++)
            {
                var mirrored = i / Part * Part + Part - 1 - i % Part;
                Assert.Equal(input[mirrored] * 3 + 1, output.Values[i]);
            }

            Assert.Equal([64, 64], output.Values[input.Length..]);
        });
    }
}
