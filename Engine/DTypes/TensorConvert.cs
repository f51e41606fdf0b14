using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PlamoNative.Engine;

/// <summary>
/// Conversions between float32 and the stored element types, for reading and writing files. Narrowing rounds to nearest, ties to even; widening is exact.
/// The vector paths use integer operations and exact products only, so the bits do not depend on the instruction set.
/// </summary>
public static class TensorConvert
{
    /// <summary>Widens bfloat16.</summary>
    /// <exception cref="ArgumentException">The destination is shorter than the source.</exception>
    public static void ToSingle(ReadOnlySpan<BFloat16> source, Span<float> destination)
    {
        CheckLengths(source.Length, destination.Length);
        var bits = MemoryMarshal.Cast<BFloat16, ushort>(source);
        var widened = MemoryMarshal.Cast<float, uint>(destination);
        var i = 0;
        for (; i <= bits.Length - Vector256<ushort>.Count; i += Vector256<ushort>.Count)
        {
            var (low, high) = Vector256.Widen(Vector256.Create(bits[i..]));
            (low << 16).CopyTo(widened[i..]);
            (high << 16).CopyTo(widened[(i + Vector256<uint>.Count)..]);
        }

        for (; i < bits.Length; i++)
        {
            widened[i] = (uint)bits[i] << 16;
        }
    }

    /// <summary>Widens float16.</summary>
    /// <exception cref="ArgumentException">The destination is shorter than the source.</exception>
    public static void ToSingle(ReadOnlySpan<Half> source, Span<float> destination)
    {
        CheckLengths(source.Length, destination.Length);
        var bits = MemoryMarshal.Cast<Half, ushort>(source);
        var widened = MemoryMarshal.Cast<float, uint>(destination);
        var i = 0;
        for (; i <= bits.Length - Vector256<ushort>.Count; i += Vector256<ushort>.Count)
        {
            var (low, high) = Vector256.Widen(Vector256.Create(bits[i..]));
            WidenHalf(low).CopyTo(widened[i..]);
            WidenHalf(high).CopyTo(widened[(i + Vector256<uint>.Count)..]);
        }

        for (; i < bits.Length; i++)
        {
            destination[i] = (float)source[i];
        }
    }

    /// <summary>Rounds to bfloat16.</summary>
    /// <exception cref="ArgumentException">The destination is shorter than the source.</exception>
    public static void FromSingle(ReadOnlySpan<float> source, Span<BFloat16> destination)
    {
        CheckLengths(source.Length, destination.Length);
        var bits = MemoryMarshal.Cast<float, uint>(source);
        var narrowed = MemoryMarshal.Cast<BFloat16, ushort>(destination);
        var i = 0;
        for (; i <= bits.Length - Vector256<ushort>.Count; i += Vector256<ushort>.Count)
        {
            var low = NarrowToBFloat16(Vector256.Create(bits[i..]));
            var high = NarrowToBFloat16(Vector256.Create(bits[(i + Vector256<uint>.Count)..]));
            Vector256.Narrow(low, high).CopyTo(narrowed[i..]);
        }

        for (; i < source.Length; i++)
        {
            destination[i] = BFloat16.FromSingle(source[i]);
        }
    }

    /// <summary>Rounds to float16.</summary>
    /// <exception cref="ArgumentException">The destination is shorter than the source.</exception>
    public static void FromSingle(ReadOnlySpan<float> source, Span<Half> destination)
    {
        CheckLengths(source.Length, destination.Length);
        var bits = MemoryMarshal.Cast<float, uint>(source);
        var narrowed = MemoryMarshal.Cast<Half, ushort>(destination);
        var i = 0;
        for (; i <= bits.Length - Vector256<ushort>.Count; i += Vector256<ushort>.Count)
        {
            var low = NarrowToHalf(Vector256.Create(bits[i..]));
            var high = NarrowToHalf(Vector256.Create(bits[(i + Vector256<uint>.Count)..]));
            Vector256.Narrow(low, high).CopyTo(narrowed[i..]);
        }

        for (; i < source.Length; i++)
        {
            destination[i] = (Half)source[i];
        }
    }

    /// <summary>Reads stored elements or blocks as float32. The bytes may be unaligned, as safetensors allows.</summary>
    /// <param name="dtype">float64, float32, float16, bfloat16 or a block type.</param>
    /// <param name="source">Exactly the bytes of <paramref name="destination"/>'s elements.</param>
    /// <param name="destination">The values; float64 is rounded.</param>
    /// <exception cref="ArgumentException">The lengths do not agree, or the type is an integer.</exception>
    public static void ToSingle(DType dtype, ReadOnlySpan<byte> source, Span<float> destination)
    {
        CheckBytes(dtype, source.Length, destination.Length);
        switch (dtype)
        {
            case DType.Float64:
                for (var i = 0; i < destination.Length; i++)
                {
                    destination[i] = (float)MemoryMarshal.Read<double>(source[(i * sizeof(double))..]);
                }

                break;
            case DType.Float32:
                source.CopyTo(MemoryMarshal.AsBytes(destination));
                break;
            case DType.Float16:
                ToSingle(MemoryMarshal.Cast<byte, Half>(source), destination);
                break;
            case DType.BFloat16:
                ToSingle(MemoryMarshal.Cast<byte, BFloat16>(source), destination);
                break;
            default:
                QuantizedBlocks.Dequantize(dtype, source, destination);
                break;
        }
    }

    /// <summary>Stores float32 values as elements or blocks.</summary>
    /// <param name="dtype">float64, float32, float16, bfloat16, <see cref="DType.Q8_0"/> or <see cref="DType.Q4_0"/>.</param>
    /// <param name="source">The values.</param>
    /// <param name="destination">Exactly the bytes of <paramref name="source"/>'s elements.</param>
    /// <exception cref="ArgumentException">The lengths do not agree, or the type cannot be written.</exception>
    public static void FromSingle(DType dtype, ReadOnlySpan<float> source, Span<byte> destination)
    {
        CheckBytes(dtype, destination.Length, source.Length);
        switch (dtype)
        {
            case DType.Float64:
                for (var i = 0; i < source.Length; i++)
                {
                    MemoryMarshal.Write(destination[(i * sizeof(double))..], (double)source[i]);
                }

                break;
            case DType.Float32:
                MemoryMarshal.AsBytes(source).CopyTo(destination);
                break;
            case DType.Float16:
                FromSingle(source, MemoryMarshal.Cast<byte, Half>(destination));
                break;
            case DType.BFloat16:
                FromSingle(source, MemoryMarshal.Cast<byte, BFloat16>(destination));
                break;
            default:
                QuantizedBlocks.Quantize(dtype, source, destination);
                break;
        }
    }

    /// <summary>
    /// Exponent and fraction move to their place in a float and the product by 2^112 corrects the bias, for subnormal halves too (their image is a
    /// subnormal float). Infinities and NaN get the largest exponent; NaN is made quiet as the scalar conversion makes it.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> WidenHalf(Vector256<uint> half)
    {
        var magnitude = half & Vector256.Create(0x7FFFu);
        var sign = (half ^ magnitude) << 16;
        var scaled = ((magnitude << 13).AsSingle() * Vector256.Create(5.192296858534828e33f)).AsUInt32();
        var special = Vector256.GreaterThanOrEqual(magnitude, Vector256.Create(0x7C00u)) & Vector256.Create(0x7F800000u);
        var quiet = Vector256.GreaterThan(magnitude, Vector256.Create(0x7C00u)) & Vector256.Create(0x00400000u);
        return sign | scaled | special | quiet;
    }

    /// <summary>
    /// Normal halves: round the 13 bits that go to nearest even (a carry may step into the exponent) and correct the bias. Subnormal halves: a sum with
    /// 0.5 rounds to multiples of 2^-24, the smallest half. From 65520 on the nearest half is infinity. NaN stays quiet and keeps its upper bits.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> NarrowToHalf(Vector256<uint> bits)
    {
        var magnitude = bits & Vector256.Create(0x7FFFFFFFu);
        var sign = (bits >> 16) & Vector256.Create(0x8000u);
        var normal = (magnitude - Vector256.Create(112u << 23) + Vector256.Create(0xFFFu) + ((magnitude >> 13) & Vector256<uint>.One)) >> 13;
        var subnormal = (magnitude.AsSingle() + Vector256.Create(0.5f)).AsUInt32() - Vector256.Create(0x3F000000u);
        var quiet = ((magnitude >> 13) & Vector256.Create(0x3FFu)) | Vector256.Create(0x7E00u);
        var result = Vector256.ConditionalSelect(Vector256.LessThan(magnitude, Vector256.Create(0x38800000u)), subnormal, normal);
        result = Vector256.ConditionalSelect(Vector256.GreaterThanOrEqual(magnitude, Vector256.Create(0x477FF000u)), Vector256.Create(0x7C00u), result);
        result = Vector256.ConditionalSelect(Vector256.GreaterThan(magnitude, Vector256.Create(0x7F800000u)), quiet, result);
        return sign | result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> NarrowToBFloat16(Vector256<uint> bits)
    {
        var rounded = (bits + Vector256.Create(0x7FFFu) + ((bits >> 16) & Vector256<uint>.One)) >> 16;
        var quiet = (bits >> 16) | Vector256.Create(0x0040u);
        var isNaN = Vector256.GreaterThan(bits & Vector256.Create(0x7FFFFFFFu), Vector256.Create(0x7F800000u));
        return Vector256.ConditionalSelect(isNaN, quiet, rounded);
    }

    private static void CheckLengths(int source, int destination)
    {
        if (destination < source)
        {
            throw new ArgumentException($"{source} values do not fit in a destination of {destination}", nameof(destination));
        }
    }

    private static void CheckBytes(DType dtype, int byteCount, int elements)
    {
        if (!dtype.IsFloatingPoint() && !dtype.IsBlockQuantized())
        {
            throw new ArgumentException($"{dtype.Name()} is no floating-point or block type", nameof(dtype));
        }

        if (dtype.Bytes(elements) != byteCount)
        {
            throw new ArgumentException($"{elements} values of {dtype.Name()} are {dtype.Bytes(elements)} bytes, not {byteCount}", nameof(byteCount));
        }
    }
}
