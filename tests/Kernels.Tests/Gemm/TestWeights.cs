using PlamoNative.Engine;

namespace PlamoNative.Kernels.Tests;

/// <summary>Random weights of every storage type, as bytes and as the float32 values that the bytes stand for.</summary>
internal static unsafe class TestWeights
{
    internal static byte* Make(DType format, int n, int k, Random random, out float[] values)
    {
        values = new float[n * k];
        var rowBytes = (int)format.Bytes(k);
        var bytes = GemmBuffers.Allocate<byte>(Math.Max(1, n * rowBytes));
        for (var row = 0; row < n; row++)
        {
            Fill(format, new Span<byte>(bytes + (row * rowBytes), rowBytes), values.AsSpan(row * k, k), random);
        }

        return bytes;
    }

    private static void Fill(DType format, Span<byte> bytes, Span<float> values, Random random)
    {
        for (var i = 0; i < values.Length; i++)
        {
            var value = (float)((random.NextDouble() * 2) - 1);
            switch (format)
            {
                case DType.Float32:
                    values[i] = value;
                    BitConverter.TryWriteBytes(bytes[(4 * i)..], value);
                    break;
                case DType.BFloat16:
                    var upper = (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16);
                    values[i] = BitConverter.UInt32BitsToSingle((uint)upper << 16);
                    BitConverter.TryWriteBytes(bytes[(2 * i)..], upper);
                    break;
                case DType.Float16:
                    // Subnormal halves among them.
                    var half = (Half)(i % 5 == 0 ? value * 1e-5f : value);
                    values[i] = (float)half;
                    BitConverter.TryWriteBytes(bytes[(2 * i)..], half);
                    break;
                default:
                    throw new ArgumentOutOfRangeException(nameof(format), format, "no test weights");
            }
        }
    }
}
