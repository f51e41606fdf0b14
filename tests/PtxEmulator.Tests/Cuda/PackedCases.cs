using Xunit;
using static PlamoNative.PtxEmulator.Tests.Cuda.CudaArgument;
using static PlamoNative.PtxEmulator.Tests.Cuda.CudaCase;

namespace PlamoNative.PtxEmulator.Tests.Cuda;

/// <summary>Two 16-bit numbers a register. The inputs are such that every exact result fits a double, so that one rounding of it is the answer.</summary>
internal static class PackedCases
{
    private const int Count = 40, Numbers = 2 * Count;

    internal static CudaCase Half()
    {
        var random = Seeded(16);
        Half[] Inputs() => Make(Numbers, _ => (Half)(random.NextDouble() * 8 - 4));
        var (a, b, c) = (Inputs(), Inputs(), Inputs());
        var (results, wide) = (Buffer(new Half[8 * Numbers]), Buffer(new float[Count]));
        return new("Sources/packed_half.ptx", "packedHalf", new(1), new(64), 0, [Buffer(a), Buffer(b), Buffer(c), results, wide, Of(Count)], () =>
        {
            for (var i = 0; i < Numbers; i++)
            {
                var (x, y, z) = ((double)a[i], (double)b[i], (double)c[i]);
                double[] expected = [x * y + z, x + y, x * y, Math.Min(x, y), Math.Max(x, y), Math.Abs(x), x < y ? 1 : 0, Math.Max(x * y + z, 0)];
                for (var j = 0; j < 8; j++)
                {
                    Assert.Equal((Half)expected[j], results.Values[(i / 2 * 8 + j) * 2 + i % 2]);
                }

                Assert.Equal((float)a[i / 2 * 2] + (float)a[i / 2 * 2 + 1], wide.Values[i / 2]);
            }
        });
    }

    internal static CudaCase Brain()
    {
        var random = Seeded(17);
        ushort[] Inputs() => Make(Numbers, _ => CudaCase.Brain((float)(random.NextDouble() * 8 - 4)));
        var (a, b, c) = (Inputs(), Inputs(), Inputs());
        var (results, wide) = (Buffer(new ushort[8 * Numbers]), Buffer(new float[Count]));
        return new("Sources/packed_half.ptx", "packedBrain", new(1), new(64), 0, [Buffer(a), Buffer(b), Buffer(c), results, wide, Of(Count)], () =>
        {
            for (var i = 0; i < Numbers; i++)
            {
                var (x, y, z) = ((double)Widen(a[i]), (double)Widen(b[i]), (double)Widen(c[i]));
                var scaled = i % 2 == 0 ? (float)x * 1.0009765625f : (float)y * 0.9990234375f;
                double[] expected = [x * y + z, x + y, x * y, Math.Min(x, y), Math.Max(x, y), Math.Abs(x), x < y ? 1 : 0, scaled];
                for (var j = 0; j < 8; j++)
                {
                    Assert.Equal(Round(expected[j]), results.Values[(i / 2 * 8 + j) * 2 + i % 2]);
                }

                Assert.Equal(Widen(a[i / 2 * 2]) + Widen(a[i / 2 * 2 + 1]), wide.Values[i / 2]);
            }
        });
    }

    // A normal double to bf16, to nearest even in one step: 45 of its 52 fraction bits go.
    private static ushort Round(double value)
    {
        var bits = BitConverter.DoubleToUInt64Bits(value);
        bits += (1UL << 44) - 1 + (bits >> 45 & 1);
        return CudaCase.Brain((float)BitConverter.UInt64BitsToDouble(bits & ~((1UL << 45) - 1)));
    }
}
