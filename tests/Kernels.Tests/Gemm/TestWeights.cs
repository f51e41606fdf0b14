using PlamoNative.Engine;
using PlamoNative.Tests.References;

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
        if (format.IsBlockQuantized())
        {
            FillBlocks(format, bytes, values, random);
            return;
        }

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

    /// <summary>Any bytes are a block; only the half scales are chosen, so that sums stay finite: normal ones, a subnormal one and zero.</summary>
    private static void FillBlocks(DType format, Span<byte> bytes, Span<float> values, Random random)
    {
        var (size, count) = (format.BlockBytes(), format.BlockSize());
        random.NextBytes(bytes);
        for (var b = 0; b * size < bytes.Length; b++)
        {
            var block = bytes.Slice(b * size, size);
            var scale = (Half)((random.NextDouble() - 0.5) * (random.Next(8) switch { 0 => 0, 1 => 1e-6, _ => 0.1 }));
            BitConverter.TryWriteBytes(block[(format == DType.Q6_K ? 208 : 0)..], scale);
            if (format is DType.Q4_K or DType.Q5_K)
            {
                BitConverter.TryWriteBytes(block[2..], (Half)(random.NextDouble() * 0.1));
            }

            for (var i = 0; i < count; i++)
            {
                values[(b * count) + i] = format switch
                {
                    DType.Q8_0 => BlockReference.Q8_0(block, i),
                    DType.Q4_0 => BlockReference.Q4_0(block, i),
                    DType.Q4_K => BlockReference.Q4_K(block, i),
                    DType.Q5_K => BlockReference.Q5_K(block, i),
                    _ => BlockReference.Q6_K(block, i),
                };
            }
        }
    }
}
