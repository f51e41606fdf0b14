using Xunit;
using static PlamoNative.PtxEmulator.Tests.Cuda.CudaArgument;
using static PlamoNative.PtxEmulator.Tests.Cuda.CudaCase;

namespace PlamoNative.PtxEmulator.Tests.Cuda;

/// <summary>PTX in the manner of Triton's: masked vectors, inline blocks with registers of their own, debug sections.</summary>
internal static class TritonStyleCases
{
    internal static CudaCase MaskedScaleAdd()
    {
        const int Count = 1500;
        const float Scale = 1.3f;
        var random = Seeded(18);
        var (x, y) = (Make(Count, _ => random.NextSingle()), Make(Count, _ => random.NextSingle()));
        var z = Buffer(Make(Count + 4, static _ => -5.0f));
        return new("TritonStyle/masked_scale_add.ptx", "masked_scale_add", new(2), new(128), 0, [Buffer(x), Buffer(y), z, Of(Scale), Of(Count)], () =>
            Assert.Equal(Make(Count + 4, i => i < Count ? MathF.FusedMultiplyAdd(x[i], Scale, y[i]) : -5.0f), z.Values));
    }

    internal static CudaCase RowNorm()
    {
        const int Rows = 3, Stride = 704, Width = 700;
        var random = Seeded(19);
        var input = Make(Rows * Stride, _ => Brain(random.NextSingle() * 3 - 1));
        var output = Buffer(new ushort[Rows * Stride]);
        return new("TritonStyle/row_norm.ptx", "row_norm", new(Rows), new(128), 32, [Buffer(input), output, Of(Stride), Of(Width), Of(1e-5f)], () =>
        {
            for (var row = 0; row < Rows; row++)
            {
                var values = input.Skip(row * Stride).Take(Width).Select(static bits => (double)Widen(bits)).ToArray();
                var mean = values.Average();
                var inverse = 1 / Math.Sqrt(values.Sum(value => value * value) / Width - mean * mean + 1e-5);
                for (var i = 0; i < Width; i++)
                {
                    // Half a unit of bf16, and a little for the sums in float.
                    var expected = (values[i] - mean) * inverse;
                    Assert.Equal(expected, Widen(output.Values[row * Stride + i]), Math.Abs(expected) * 0.00391 + 1e-5);
                }
            }
        });
    }
}
