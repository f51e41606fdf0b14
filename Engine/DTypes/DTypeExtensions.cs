using System.Runtime.CompilerServices;

namespace PlamoNative.Engine;

/// <summary>Sizes and names of element types.</summary>
public static class DTypeExtensions
{
    /// <summary>Values in one unit of storage: 1, or the block size of a quantised type.</summary>
    public static int BlockSize(this DType dtype) => dtype switch
    {
        DType.Q8_0 or DType.Q4_0 => 32,
        DType.Q4_K or DType.Q5_K or DType.Q6_K => 256,
        _ => 1,
    };

    /// <summary>Bytes of one unit of storage: an element, or a block of a quantised type.</summary>
    public static int BlockBytes(this DType dtype) => dtype switch
    {
        DType.Float64 or DType.Int64 or DType.UInt64 => 8,
        DType.Float32 or DType.Int32 or DType.UInt32 => 4,
        DType.Float16 or DType.BFloat16 or DType.Int16 or DType.UInt16 => 2,
        DType.Int8 or DType.UInt8 or DType.Bool => 1,
        DType.Q8_0 => 34,
        DType.Q4_0 => 18,
        DType.Q4_K => 144,
        DType.Q5_K => 176,
        DType.Q6_K => 210,
        _ => throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "not a dtype"),
    };

    /// <summary>True for the GGUF block types.</summary>
    public static bool IsBlockQuantized(this DType dtype) => dtype >= DType.Q8_0;

    /// <summary>True for <see cref="DType.Float64"/>, <see cref="DType.Float32"/>, <see cref="DType.Float16"/> and <see cref="DType.BFloat16"/>.</summary>
    public static bool IsFloatingPoint(this DType dtype) => dtype <= DType.BFloat16;

    /// <summary>Bytes of <paramref name="elements"/> contiguous elements.</summary>
    /// <exception cref="ArgumentException">The count is not a whole number of blocks.</exception>
    /// <exception cref="OverflowException">The size does not fit in 64 bits.</exception>
    public static long Bytes(this DType dtype, long elements)
    {
        var (blocks, rest) = Math.DivRem(elements, dtype.BlockSize());
        if (rest != 0)
        {
            throw new ArgumentException($"{elements} elements are not a whole number of {dtype.Name()} blocks of {dtype.BlockSize()}", nameof(elements));
        }

        return checked(blocks * dtype.BlockBytes());
    }

    /// <summary>The short name in the field's spelling: f32, bf16, q8_0, i64, bool.</summary>
    public static string Name(this DType dtype) => dtype switch
    {
        DType.Float64 => "f64",
        DType.Float32 => "f32",
        DType.Float16 => "f16",
        DType.BFloat16 => "bf16",
        DType.Int8 => "i8",
        DType.UInt8 => "u8",
        DType.Int16 => "i16",
        DType.UInt16 => "u16",
        DType.Int32 => "i32",
        DType.UInt32 => "u32",
        DType.Int64 => "i64",
        DType.UInt64 => "u64",
        DType.Bool => "bool",
        DType.Q8_0 => "q8_0",
        DType.Q4_0 => "q4_0",
        DType.Q4_K => "q4_k",
        DType.Q5_K => "q5_k",
        DType.Q6_K => "q6_k",
        _ => throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "not a dtype"),
    };

    /// <summary>The dtype whose elements have the .NET type <typeparamref name="T"/>.</summary>
    /// <exception cref="NotSupportedException">No dtype has this element type.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DType Of<T>()
        where T : unmanaged
    {
        if (typeof(T) == typeof(float)) { return DType.Float32; }
        if (typeof(T) == typeof(double)) { return DType.Float64; }
        if (typeof(T) == typeof(Half)) { return DType.Float16; }
        if (typeof(T) == typeof(BFloat16)) { return DType.BFloat16; }
        if (typeof(T) == typeof(sbyte)) { return DType.Int8; }
        if (typeof(T) == typeof(byte)) { return DType.UInt8; }
        if (typeof(T) == typeof(short)) { return DType.Int16; }
        if (typeof(T) == typeof(ushort)) { return DType.UInt16; }
        if (typeof(T) == typeof(int)) { return DType.Int32; }
        if (typeof(T) == typeof(uint)) { return DType.UInt32; }
        if (typeof(T) == typeof(long)) { return DType.Int64; }
        if (typeof(T) == typeof(ulong)) { return DType.UInt64; }
        if (typeof(T) == typeof(bool)) { return DType.Bool; }
        throw new NotSupportedException($"no dtype has elements of {typeof(T)}");
    }
}
