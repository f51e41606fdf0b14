using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PlamoNative.Kernels;

/// <summary>Bytes to 32-bit lanes: one instruction where there is one.</summary>
internal static unsafe class Widening
{
    private const float R = 5.192296858534828e33f; // 2^112

    private static ReadOnlySpan<float> Rebias =>
        [R, R, R, R, R, R, R, R, R, R, R, R, R, R, R, R, R, R, R, R, R, R, R, R, R, R, R, R, R, R, R, float.NaN];

    /// <summary>16 unsigned bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<int> Unsigned512(byte* source) => Unsigned512(Vector128.Load(source));

    /// <summary>16 unsigned bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<int> Unsigned512(Vector128<byte> bytes) =>
        Avx512F.IsSupported
            ? Avx512F.ConvertToVector512Int32(bytes)
            : Vector512.WidenLower(Vector512.WidenLower(bytes.ToVector256Unsafe().ToVector512Unsafe())).AsInt32();

    /// <summary>16 signed bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<int> Signed512(byte* source) =>
        Avx512F.IsSupported
            ? Avx512F.ConvertToVector512Int32(Vector128.Load((sbyte*)source))
            : Vector512.WidenLower(Vector512.WidenLower(Vector128.Load((sbyte*)source).ToVector256Unsafe().ToVector512Unsafe()));

    /// <summary>8 unsigned bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<int> Unsigned256(byte* source)
    {
        var bytes = Vector128.CreateScalarUnsafe(*(ulong*)source).AsByte();
        return Avx2.IsSupported ? Avx2.ConvertToVector256Int32(bytes) : Vector256.WidenLower(Vector128.WidenLower(bytes).ToVector256Unsafe()).AsInt32();
    }

    /// <summary>8 signed bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<int> Signed256(byte* source)
    {
        var bytes = Vector128.CreateScalarUnsafe(*(ulong*)source).AsSByte();
        return Avx2.IsSupported ? Avx2.ConvertToVector256Int32(bytes) : Vector256.WidenLower(Vector128.WidenLower(bytes).ToVector256Unsafe());
    }

    /// <summary>The 16 values <c>table[index mod 16]</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> Look(Vector512<float> table, Vector512<int> index) =>
        Avx512F.IsSupported ? Avx512F.PermuteVar16x32(table, index) : Vector512.Shuffle(table, index & Vector512.Create(15));

    /// <summary>A half scale as float32; a scale that is not finite becomes NaN, and with it all values of its block.</summary>
    /// <remarks>As in <see cref="Float16Element"/>, but without a branch: the factor comes from a table by the exponent. Two branches a block cost a third of the speed.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Scale(byte* half)
    {
        int bits = *(short*)half;
        var raw = BitConverter.Int32BitsToSingle((bits << 13) & unchecked((int)0x8FFFE000));
        return raw * Unsafe.Add(ref MemoryMarshal.GetReference(Rebias), (bits >> 10) & 31);
    }
}
