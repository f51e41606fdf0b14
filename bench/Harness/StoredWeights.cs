using PlamoNative.Engine;

namespace PlamoNative.Bench;

/// <summary>Stored weights of any type with values near ±0.02: a random megabyte, repeated. Speed does not depend on it, and filling gigabytes stays quick.</summary>
internal static unsafe class StoredWeights
{
    /// <summary>Rows · columns weights.</summary>
    public static NativeBuffer Create(DType dtype, long rows, int columns, int seed = 1)
    {
        var buffer = new NativeBuffer(rows * dtype.Bytes(columns));
        Fill(dtype, buffer.Pointer, buffer.ByteLength, seed);
        return buffer;
    }

    /// <summary>Fills memory with whole units of a type.</summary>
    public static void Fill(DType dtype, byte* target, long bytes, int seed)
    {
        var unit = dtype.BlockBytes();
        var pattern = new byte[(1 << 20) / unit * unit];
        new Random(seed).NextBytes(pattern);
        for (var at = 0; at < pattern.Length; at += unit)
        {
            Tame(dtype, pattern.AsSpan(at, unit));
        }

        for (var at = 0L; at < bytes; at += pattern.Length)
        {
            var length = (int)Math.Min(pattern.Length, bytes - at);
            pattern.AsSpan(0, length).CopyTo(new Span<byte>(target + at, length));
        }
    }

    /// <summary>Turns random bytes into a weight of ordinary size: no infinities, no denormals.</summary>
    private static void Tame(DType dtype, Span<byte> unit)
    {
        var value = 0.02f * ((unit[0] / 127.5f) - 1);
        switch (dtype)
        {
            case DType.Float32:
                BitConverter.TryWriteBytes(unit, value);
                break;
            case DType.BFloat16:
                BitConverter.TryWriteBytes(unit, (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16));
                break;
            case DType.Float16:
                BitConverter.TryWriteBytes(unit, (Half)value);
                break;
            case DType.Q8_0:
                BitConverter.TryWriteBytes(unit, (Half)(0.02f / 127));
                break;
            case DType.Q4_0:
                BitConverter.TryWriteBytes(unit, (Half)(0.02f / 8));
                break;
            case DType.Q4_K or DType.Q5_K:
                BitConverter.TryWriteBytes(unit, (Half)1e-5f);
                BitConverter.TryWriteBytes(unit[2..], (Half)1e-4f);
                break;
            case DType.Q6_K:
                BitConverter.TryWriteBytes(unit[^2..], (Half)1e-5f);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "no weights of this type");
        }
    }
}
