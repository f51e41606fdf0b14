using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PlamoNative.Kernels;

/// <summary>
/// The header that Q4_K and Q5_K share: half d, half dmin, then eight 6-bit scales and eight 6-bit minima in 12 bytes. Bytes 0-3 hold scales 0-3 and bytes
/// 4-7 minima 0-3 in their lower six bits; bytes 8-11 the lower four bits of scales (lower nibble) and minima (upper nibble) 4-7, whose upper two bits are
/// the upper two of bytes 0-3 and 4-7.
/// </summary>
internal static unsafe class KQuantScales
{
    internal const int Values = 256;

    /// <summary>Offset of the 12 bytes in a block.</summary>
    private const int Offset = 4;

    /// <summary>Expands to <c>expanded[0…7] = d · scale</c>, <c>expanded[8…15] = -dmin · minimum</c>; the products are exact (11 + 6 bits).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Expand(byte* block, float* expanded)
    {
        var d = Widening.Scale(block);
        var min = -Widening.Scale(block + 2);
        Codes(block, out var scales, out var minima);
        if (Vector512.IsHardwareAccelerated)
        {
            var codes = Vector128.Create(scales, minima).AsByte();
            var factors = Vector512.Create(Vector256.Create(d), Vector256.Create(min));
            (Vector512.ConvertToSingle(Widening.Unsigned512(codes)) * factors).Store(expanded);
            return;
        }

        for (var i = 0; i < 8; i++)
        {
            expanded[i] = d * (byte)(scales >> (8 * i));
            expanded[8 + i] = min * (byte)(minima >> (8 * i));
        }
    }

    /// <summary>The eight scale and eight minimum codes, a byte each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Codes(byte* block, out ulong scales, out ulong minima)
    {
        var a = *(uint*)(block + Offset);
        var b = *(uint*)(block + Offset + 4);
        var c = *(uint*)(block + Offset + 8);
        scales = (a & 0x3F3F3F3F) | ((ulong)((c & 0x0F0F0F0F) | ((a >> 2) & 0x30303030)) << 32);
        minima = (b & 0x3F3F3F3F) | ((ulong)(((c >> 4) & 0x0F0F0F0F) | ((b >> 2) & 0x30303030)) << 32);
    }
}
