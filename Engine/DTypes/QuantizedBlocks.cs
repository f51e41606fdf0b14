namespace PlamoNative.Engine;

/// <summary>
/// Conversions between float32 and the block types of GGUF, by ggml's reference rules: plain code that the fast kernels must equal. Any whole number of
/// blocks may be given, so rows can be shared out among threads; every block is independent of the others.
/// </summary>
public static class QuantizedBlocks
{
    /// <summary>Bytes of <paramref name="elements"/> values.</summary>
    /// <exception cref="ArgumentException">The type is no block type, or the count is not a whole number of blocks.</exception>
    public static long Bytes(DType dtype, long elements)
    {
        Check(dtype);
        return dtype.Bytes(elements);
    }

    /// <summary>Quantizes float32 values to <see cref="DType.Q8_0"/> or <see cref="DType.Q4_0"/>.</summary>
    /// <param name="dtype">The type of the blocks.</param>
    /// <param name="source">Values: a whole number of blocks. NaN gives code 0; the scale of a block with infinities is infinite.</param>
    /// <param name="destination">Blocks: at least <see cref="Bytes"/> bytes.</param>
    /// <exception cref="ArgumentException">The values are no whole blocks, the destination is too short, or the type cannot be written.</exception>
    public static void Quantize(DType dtype, ReadOnlySpan<float> source, Span<byte> destination)
    {
        destination = destination[..CheckLengths(dtype, source.Length, destination.Length)];
        switch (dtype)
        {
            case DType.Q8_0:
                QuantizedBlocksOf32.QuantizeQ8_0(source, destination);
                break;
            case DType.Q4_0:
                QuantizedBlocksOf32.QuantizeQ4_0(source, destination);
                break;
            default:
                throw new ArgumentException($"{dtype.Name()} can be read but not written: expected {DType.Q8_0.Name()} or {DType.Q4_0.Name()}", nameof(dtype));
        }
    }

    /// <summary>Expands blocks to float32. Every step but the last is exact, so a fused multiply-add gives the same values.</summary>
    /// <param name="dtype">The type of the blocks.</param>
    /// <param name="source">Blocks: at least as many as the destination takes.</param>
    /// <param name="destination">Values: a whole number of blocks.</param>
    /// <exception cref="ArgumentException">The destination is no whole number of blocks, the source is too short, or the type is no block type.</exception>
    public static void Dequantize(DType dtype, ReadOnlySpan<byte> source, Span<float> destination)
    {
        source = source[..CheckLengths(dtype, destination.Length, source.Length)];
        switch (dtype)
        {
            case DType.Q8_0:
                QuantizedBlocksOf32.DequantizeQ8_0(source, destination);
                break;
            case DType.Q4_0:
                QuantizedBlocksOf32.DequantizeQ4_0(source, destination);
                break;
            case DType.Q4_K:
                QuantizedBlocksOf256.DequantizeQ4_K(source, destination);
                break;
            case DType.Q5_K:
                QuantizedBlocksOf256.DequantizeQ5_K(source, destination);
                break;
            default:
                QuantizedBlocksOf256.DequantizeQ6_K(source, destination);
                break;
        }
    }

    private static int CheckLengths(DType dtype, int elements, int byteCount)
    {
        var needed = Bytes(dtype, elements);
        return needed <= byteCount
            ? (int)needed
            : throw new ArgumentException($"{elements} values of {dtype.Name()} are {needed} bytes, the buffer has {byteCount}", nameof(elements));
    }

    private static void Check(DType dtype)
    {
        if (!dtype.IsBlockQuantized())
        {
            throw new ArgumentException($"{dtype.Name()} is no block type", nameof(dtype));
        }
    }
}
