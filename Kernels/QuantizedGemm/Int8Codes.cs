using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>Stored rows of W to codes of one byte (Q8_0: one short), in the order of K, with a scale and where there is one a negated minimum per group.</summary>
/// <remarks>Arguments: (row, first value, count, codes, scales, minima), the last two with <see cref="Int8Panel.Columns"/> between groups.</remarks>
internal static unsafe class Int8Codes
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Q8_0(byte* row, int first, int count, byte* codes, float* scales, float* minima)
    {
        var block = row + ((nint)(first / Q8_0Unpacking.Values) * Q8_0Unpacking.Bytes);
        for (; count > 0; count -= Q8_0Unpacking.Values, block += Q8_0Unpacking.Bytes, codes += 64, scales += Int8Panel.Columns)
        {
            *scales = Widening.Scale(block);
            for (var i = 0; i < 32; i += 16)
            {
                var (low, high) = Vector128.Widen(Vector128.Load((sbyte*)block + 2 + i));
                low.Store((short*)codes + i);
                high.Store((short*)codes + i + 8);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Q4_0(byte* row, int first, int count, byte* codes, float* scales, float* minima)
    {
        var block = row + ((nint)(first / Q4_0Unpacking.Values) * Q4_0Unpacking.Bytes);
        for (; count > 0; count -= Q4_0Unpacking.Values, block += Q4_0Unpacking.Bytes, codes += 32, scales += Int8Panel.Columns)
        {
            *scales = Widening.Scale(block);
            Nibbles(block + 2, codes, codes + 16);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Q4_K(byte* row, int first, int count, byte* codes, float* scales, float* minima)
    {
        var expanded = stackalloc float[16];
        var block = row + ((nint)(first / KQuantScales.Values) * Q4_KUnpacking.Bytes);
        for (; count > 0; count -= KQuantScales.Values, block += Q4_KUnpacking.Bytes)
        {
            KQuantScales.Expand(block, expanded);
            for (var j = 0; j < 8; j++, scales += Int8Panel.Columns, minima += Int8Panel.Columns)
            {
                *scales = expanded[j];
                *minima = expanded[j + 8];
            }

            var pairs = block + Q4_KUnpacking.CodesOffset;
            for (var j = 0; j < 4; j++, pairs += 32, codes += 64)
            {
                Nibbles(pairs, codes, codes + 32);
                Nibbles(pairs + 16, codes + 16, codes + 48);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Q6_K(byte* row, int first, int count, byte* codes, float* scales, float* minima)
    {
        var nibble = Vector128.Create((byte)15);
        var pair = Vector128.Create((byte)0x30);
        var block = row + ((nint)(first / KQuantScales.Values) * Q6_KUnpacking.Bytes);
        for (; count > 0; count -= KQuantScales.Values, block += Q6_KUnpacking.Bytes)
        {
            var d = Widening.Scale(block + Q6_KUnpacking.DOffset);
            for (var g = 0; g < 16; g++, scales += Int8Panel.Columns)
            {
                *scales = d * ((sbyte*)block)[Q6_KUnpacking.ScalesOffset + g];
            }

            for (var half = 0; half < 2; half++, codes += 128)
            {
                for (var i = 0; i < 32; i += 16)
                {
                    var low = Vector128.Load(block + (64 * half) + i);
                    var low2 = Vector128.Load(block + (64 * half) + 32 + i);
                    var high = Vector128.Load(block + Q6_KUnpacking.HighOffset + (32 * half) + i);

                    // Shifts of 16-bit lanes; the masks drop what crosses into a neighbor.
                    ((low & nibble) | (Left(high, 4) & pair)).Store(codes + i);
                    ((low2 & nibble) | (Left(high, 2) & pair)).Store(codes + i + 32);
                    ((Right(low, 4) & nibble) | (high & pair)).Store(codes + i + 64);
                    ((Right(low2, 4) & nibble) | (Right(high, 2) & pair)).Store(codes + i + 96);
                }
            }
        }
    }

    /// <summary>The unpacker of a storage type.</summary>
    internal static delegate*<byte*, int, int, byte*, float*, float*, void> For(DType format) => format switch
    {
        DType.Q8_0 => &Q8_0,
        DType.Q4_0 => &Q4_0,
        DType.Q4_K => &Q4_K,
        DType.Q6_K => &Q6_K,
        _ => throw new DTypeMismatchException("Gemm with int8 activations", "weights", "q8_0, q4_0, q4_k or q6_k", format.Name()),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Nibbles(byte* pairs, byte* lower, byte* upper)
    {
        var nibble = Vector128.Create((byte)15);
        var both = Vector128.Load(pairs);
        (both & nibble).Store(lower);
        (Right(both, 4) & nibble).Store(upper);
    }

    private static Vector128<byte> Left(Vector128<byte> bytes, int count) => (bytes.AsUInt16() << count).AsByte();

    private static Vector128<byte> Right(Vector128<byte> bytes, int count) => (bytes.AsUInt16() >>> count).AsByte();
}
