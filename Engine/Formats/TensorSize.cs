using System.Globalization;

namespace PlamoNative.Engine.Formats;

/// <summary>Sizes of tensors whose shapes come from strangers.</summary>
internal static class TensorSize
{
    /// <summary>Dimensions that a tensor may have in a file; no format's own limit is higher than this in practice.</summary>
    internal const int MaxRank = 32;

    /// <summary>Names that a file may hold (tensors, or metadata keys). Real models have some thousands; a description costs more memory than its bytes in a file.</summary>
    internal const int MaxNames = 1 << 18;

    /// <summary>Bytes that a name may have.</summary>
    internal const int MaxNameBytes = 65535;

    /// <summary>Computes the byte length of a shape.</summary>
    /// <returns>Null, or what is wrong with the shape.</returns>
    internal static string? TryBytes(ReadOnlySpan<long> shape, DType dtype, out long bytes)
    {
        bytes = 0;
        var elements = 1L;
        foreach (var dimension in shape)
        {
            if (dimension < 0)
            {
                return $"negative dimension {dimension}";
            }

            var product = Math.BigMul((ulong)elements, (ulong)dimension, out var low);
            if (product != 0 || low > long.MaxValue)
            {
                return $"{Describe(shape)} elements, more than 64 bits can count";
            }

            elements = (long)low;
        }

        var block = dtype.BlockSize();
        if (block > 1 && (shape.Length == 0 || shape[^1] % block != 0))
        {
            return $"rows of {(shape.Length == 0 ? 1 : shape[^1])} elements, not whole blocks of {block}";
        }

        var size = (Int128)(elements / block) * dtype.BlockBytes();
        if (size > long.MaxValue)
        {
            return $"{Describe(shape)} elements of {dtype.Name()}, more bytes than 64 bits can count";
        }

        bytes = (long)size;
        return null;
    }

    internal static string Describe(ReadOnlySpan<long> shape)
    {
        var parts = new string[shape.Length];
        for (var i = 0; i < shape.Length; i++)
        {
            parts[i] = shape[i].ToString(CultureInfo.InvariantCulture);
        }

        return "[" + string.Join(", ", parts) + "]";
    }
}
