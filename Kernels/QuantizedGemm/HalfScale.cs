using System.Runtime.CompilerServices;

namespace PlamoNative.Kernels;

/// <summary>How a kernel turns the half scale of a block into float32.</summary>
internal unsafe interface IHalfScale
{
    /// <summary>What <see cref="Read"/> must be multiplied by, a power of two: kernels fold it into a constant of theirs.</summary>
    static abstract float Factor { get; }

    /// <summary>The scale over <see cref="Factor"/>. Bit 15 of <paramref name="special"/> is set once a scale was infinite or NaN and the value therefore wrong.</summary>
    static abstract float Read(byte* half, ref int special);
}

/// <summary>For scales that are finite: bits in their float32 places, 2^112 still missing. Exact for normals, subnormals and zeros.</summary>
internal readonly unsafe struct FiniteHalfScale : IHalfScale
{
    public static float Factor => 5.192296858534828e33f; // 2^112

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Read(byte* half, ref int special)
    {
        int bits = *(short*)half;

        // An exponent of all ones carries into bit 15.
        special |= (bits & 0x7FFF) + 0x400;
        return BitConverter.Int32BitsToSingle((bits << 13) & unchecked((int)0x8FFFE000));
    }
}

/// <summary>For all scales: see <see cref="Widening.Scale"/>.</summary>
internal readonly unsafe struct AnyHalfScale : IHalfScale
{
    public static float Factor => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Read(byte* half, ref int special) => Widening.Scale(half);
}
