using ILGPU;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>How a GPU thread reads one element of a table in some storage as a float; exact, so the bits are the processor's.</summary>
/// <typeparam name="TStorage">What the table is a view of: <c>float</c>, <c>ushort</c>, or <c>byte</c> for block types.</typeparam>
internal interface IStoredElements<TStorage>
    where TStorage : unmanaged
{
    /// <summary>Element number <paramref name="element"/>, row-major over the table, whose rows are whole blocks.</summary>
    static abstract float Read(ArrayView<TStorage> table, long element);
}

/// <summary>The storages; the block layouts are those of Engine's <c>QuantizedBlocks</c>.</summary>
internal static class StoredElements
{
    /// <summary>float32.</summary>
    internal readonly struct Single : IStoredElements<float>
    {
        /// <inheritdoc/>
        public static float Read(ArrayView<float> table, long element) => table[element];
    }

    /// <summary>bfloat16.</summary>
    internal readonly struct Bf16 : IStoredElements<ushort>
    {
        /// <inheritdoc/>
        public static float Read(ArrayView<ushort> table, long element) => Conversions.Bf16ToFloat(table[element]);
    }

    /// <summary>float16.</summary>
    internal readonly struct Float16 : IStoredElements<ushort>
    {
        /// <inheritdoc/>
        public static float Read(ArrayView<ushort> table, long element) => Conversions.HalfToFloat(table[element]);
    }

    /// <summary>Blocks of 32: half d, int8 codes.</summary>
    internal readonly struct Q8Block : IStoredElements<byte>
    {
        /// <inheritdoc/>
        public static float Read(ArrayView<byte> table, long element)
        {
            var block = (element >> 5) * 34;
            var code = (table[block + 2 + (element & 31)] ^ 0x80) - 0x80;
            return FastMath.Multiply(Half(table, block), code);
        }
    }

    /// <summary>Blocks of 32: half d, codes of 4 bits; byte j has values j and j + 16.</summary>
    internal readonly struct Q4Block : IStoredElements<byte>
    {
        /// <inheritdoc/>
        public static float Read(ArrayView<byte> table, long element)
        {
            var block = (element >> 5) * 18;
            var place = (int)element & 31;
            var code = ((table[block + 2 + (place & 15)] >> ((place >> 4) * 4)) & 15) - 8;
            return FastMath.Multiply(Half(table, block), code);
        }
    }

    /// <summary>Blocks of 256 in groups of 32: half d, half dmin, scales and minima of 6 bits, codes of 4 bits.</summary>
    internal readonly struct Q4K : IStoredElements<byte>
    {
        /// <inheritdoc/>
        public static float Read(ArrayView<byte> table, long element)
        {
            var block = (element >> 8) * 144;
            var place = (int)element & 255;
            var group = place >> 5;
            var code = (table[block + 16 + ((group >> 1) * 32) + (place & 31)] >> ((group & 1) * 4)) & 15;
            return Scaled(table, block, group, code);
        }
    }

    /// <summary>As <see cref="Q4K"/>, with the fifth bits of the codes before them.</summary>
    internal readonly struct Q5K : IStoredElements<byte>
    {
        /// <inheritdoc/>
        public static float Read(ArrayView<byte> table, long element)
        {
            var block = (element >> 8) * 176;
            var place = (int)element & 255;
            var group = place >> 5;
            var code = (table[block + 48 + ((group >> 1) * 32) + (place & 31)] >> ((group & 1) * 4)) & 15;
            code |= ((table[block + 16 + (place & 31)] >> group) & 1) << 4;
            return Scaled(table, block, group, code);
        }
    }

    /// <summary>Blocks of 256 in groups of 16: low codes, high codes, int8 scales, half d.</summary>
    internal readonly struct Q6K : IStoredElements<byte>
    {
        /// <inheritdoc/>
        public static float Read(ArrayView<byte> table, long element)
        {
            var block = (element >> 8) * 210;
            var place = (int)element & 255;
            var half = place >> 7;
            var quarter = (place >> 5) & 3;
            var lane = place & 31;
            var low = (table[block + (half * 64) + ((quarter & 1) * 32) + lane] >> ((quarter >> 1) * 4)) & 15;
            var high = (table[block + 128 + (half * 32) + lane] >> (quarter * 2)) & 3;
            var scale = (table[block + 192 + (place >> 4)] ^ 0x80) - 0x80;
            return FastMath.Multiply(FastMath.Multiply(Half(table, block + 208), scale), (low | (high << 4)) - 32);
        }
    }

    private static float Half(ArrayView<byte> table, long at) => Conversions.HalfToFloat((ushort)(table[at] | (table[at + 1] << 8)));

    private static float Scaled(ArrayView<byte> table, long block, int group, int code)
    {
        var packed = block + 4;
        int scale, minimum;
        if (group < 4)
        {
            scale = table[packed + group] & 63;
            minimum = table[packed + group + 4] & 63;
        }
        else
        {
            int last = table[packed + group + 4];
            scale = (last & 15) | ((table[packed + group - 4] >> 6) << 4);
            minimum = (last >> 4) | ((table[packed + group] >> 6) << 4);
        }

        return FastMath.Subtract(FastMath.Multiply(FastMath.Multiply(Half(table, block), scale), code), FastMath.Multiply(Half(table, block + 2), minimum));
    }
}
