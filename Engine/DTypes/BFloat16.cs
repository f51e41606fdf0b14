using System.Globalization;
using System.Runtime.CompilerServices;

namespace PlamoNative.Engine;

/// <summary>bfloat16: sign, 8 exponent bits and 7 fraction bits, that is, the upper half of an IEEE binary32.</summary>
/// <param name="bits">The 16 bits as stored.</param>
public readonly struct BFloat16(ushort bits) : IEquatable<BFloat16>
{
    /// <summary>The 16 bits as stored.</summary>
    public ushort Bits { get; } = bits;

    /// <summary>Rounds a binary32 to the nearest bfloat16, ties to even; overflow gives infinity, NaN stays a quiet NaN of its sign.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BFloat16 FromSingle(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value))
        {
            return new BFloat16((ushort)((bits >> 16) | 0x0040));
        }

        return new BFloat16((ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16));
    }

    /// <summary>The exact binary32 value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float ToSingle() => BitConverter.UInt32BitsToSingle((uint)Bits << 16);

    /// <summary>Widens exactly.</summary>
    public static explicit operator float(BFloat16 value) => value.ToSingle();

    /// <summary>Rounds to nearest, ties to even.</summary>
    public static explicit operator BFloat16(float value) => FromSingle(value);

    /// <summary>Equal values (0 equals -0, NaN equals nothing).</summary>
    public static bool operator ==(BFloat16 left, BFloat16 right) => left.ToSingle() == right.ToSingle();

    /// <summary>Unequal values.</summary>
    public static bool operator !=(BFloat16 left, BFloat16 right) => !(left == right);

    /// <inheritdoc/>
    public bool Equals(BFloat16 other) => ToSingle().Equals(other.ToSingle());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is BFloat16 other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => ToSingle().GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => ToSingle().ToString(CultureInfo.InvariantCulture);
}
