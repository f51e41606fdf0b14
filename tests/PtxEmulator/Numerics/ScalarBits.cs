using System.Numerics;

namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>Shifts and bit fields: PTX ISA "Logic and Shift Instructions" and the bit-field part of "Integer Arithmetic Instructions".</summary>
public static class ScalarBits
{
    /// <summary>shl.b16/b32/b64 of a type: amounts beyond the width clamp to it and give 0.</summary>
    public static ulong ShiftLeft(ulong a, uint amount, int bits) => amount >= bits ? 0 : (a << (int)amount) & (ulong.MaxValue >> (64 - bits));

    /// <summary>shl.b32.</summary>
    public static uint ShiftLeft(uint a, uint amount) => amount >= 32 ? 0 : a << (int)amount;

    /// <summary>shr.b32, shr.u32.</summary>
    public static uint ShiftRight(uint a, uint amount) => amount >= 32 ? 0 : a >> (int)amount;

    /// <summary>shr.s32: amounts beyond 31 give the sign everywhere.</summary>
    public static int ShiftRightSigned(int a, uint amount) => a >> (int)Math.Min(amount, 31);

    /// <summary>shr of any type.</summary>
    public static ulong ShiftRight(ulong a, uint amount, IntegerType type)
    {
        var value = type.Extend(a);
        var shift = (int)Math.Min(amount, 63);
        return type.Signed ? (ulong)(value >> shift) & type.Mask : amount >= 64 ? 0 : (ulong)value >> shift;
    }

    /// <summary>shf.l: the upper 32 bits of [b:a] shifted left; <paramref name="wrap"/> masks the amount to 5 bits, else it clamps to 32.</summary>
    public static uint FunnelLeft(uint a, uint b, uint amount, bool wrap)
    {
        var shift = wrap ? amount & 31 : Math.Min(amount, 32);
        return (uint)((((ulong)b << 32 | a) << (int)shift) >> 32);
    }

    /// <summary>shf.r: the lower 32 bits of [b:a] shifted right.</summary>
    public static uint FunnelRight(uint a, uint b, uint amount, bool wrap)
    {
        var shift = wrap ? amount & 31 : Math.Min(amount, 32);
        return (uint)(((ulong)b << 32 | a) >> (int)shift);
    }

    /// <summary>bfe.u32/s32/u64/s64: position and length are 8 bits; beyond the top a signed field is filled by the sign of a; length 0 gives 0.</summary>
    public static ulong Extract(ulong a, uint position, uint length, IntegerType type)
    {
        var (start, count, bits) = ((int)(position & 0xFF), (int)(length & 0xFF), type.Bits);
        if (count == 0)
        {
            return 0;
        }

        var value = type.Extend(a);
        var field = start >= bits ? (type.Signed && value < 0 ? -1L : 0) : value >> start;
        if (count >= bits || start + count >= bits)
        {
            return (ulong)field & type.Mask;
        }

        return (ulong)(type.Signed ? field << (64 - count) >> (64 - count) : field & (long)(ulong.MaxValue >> (64 - count))) & type.Mask;
    }

    /// <summary>bfi.b32/b64: a's low bits into b; position and length are 8 bits; what falls beyond the top is dropped.</summary>
    public static ulong Insert(ulong a, ulong b, uint position, uint length, int bits)
    {
        var (start, count) = ((int)(position & 0xFF), (int)(length & 0xFF));
        if (count == 0 || start >= bits)
        {
            return b;
        }

        var all = ulong.MaxValue >> (64 - bits);
        var field = (count >= 64 ? ulong.MaxValue : (1UL << count) - 1) << start & all;
        return (b & ~field) | (a << start & field);
    }

    /// <summary>
    /// bfind{.shiftamt}: the highest bit that differs from the sign (unsigned: is one), or the left shift that brings it to the top; ffffffff for none.
    /// </summary>
    public static uint FindHighest(ulong a, IntegerType type, bool shiftAmount = false)
    {
        var value = type.Extend(a);
        var bits = (ulong)(type.Signed && value < 0 ? ~value : value) & type.Mask;
        if (bits == 0)
        {
            return uint.MaxValue;
        }

        var position = 63 - BitOperations.LeadingZeroCount(bits);
        return (uint)(shiftAmount ? type.Bits - 1 - position : position);
    }

    /// <summary>brev.b32.</summary>
    public static uint Reverse(uint a)
    {
        a = (a >> 1 & 0x55555555) | (a & 0x55555555) << 1;
        a = (a >> 2 & 0x33333333) | (a & 0x33333333) << 2;
        a = (a >> 4 & 0x0F0F0F0F) | (a & 0x0F0F0F0F) << 4;
        return System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(a);
    }

    /// <summary>brev.b64.</summary>
    public static ulong Reverse(ulong a) => (ulong)Reverse((uint)a) << 32 | Reverse((uint)(a >> 32));

    /// <summary>clz; of zero the width.</summary>
    public static uint LeadingZeros(ulong a, int bits) => (uint)(BitOperations.LeadingZeroCount(a & (ulong.MaxValue >> (64 - bits))) - (64 - bits));

    /// <summary>lop3.b32: bit (a·4 + b·2 + c) of the table.</summary>
    public static uint Logic3(uint a, uint b, uint c, uint table)
    {
        var result = 0u;
        for (var index = 0; index < 8; index++)
        {
            if ((table >> index & 1) != 0)
            {
                result |= ((index & 4) != 0 ? a : ~a) & ((index & 2) != 0 ? b : ~b) & ((index & 1) != 0 ? c : ~c);
            }
        }

        return result;
    }

    /// <summary>
    /// fns.b32: the position of the offset-th set bit from base on, upwards (downwards for negative offsets); offset 0: base if it is set; else ffffffff.
    /// </summary>
    public static uint FindNth(uint mask, uint start, int offset)
    {
        var position = (int)(start & 31);
        if (offset == 0)
        {
            return (mask >> position & 1) != 0 ? (uint)position : uint.MaxValue;
        }

        var step = offset > 0 ? 1 : -1;
        for (var left = Math.Abs(offset); position is >= 0 and < 32; position += step)
        {
            if ((mask >> position & 1) != 0 && --left == 0)
            {
                return (uint)position;
            }
        }

        return uint.MaxValue;
    }

    /// <summary>bmsk.b32: length ones from position on; <paramref name="wrap"/> masks both to 5 bits, else they clamp.</summary>
    public static uint Mask(uint position, uint length, bool wrap)
    {
        var (start, count) = wrap ? (position & 31, length & 31) : (Math.Min(position, 32), Math.Min(length, 32));
        return ShiftLeft(ShiftLeft(1, count) - 1, start);
    }

    /// <summary>szext.s32/u32: the low n bits extended; n of 32 or more leaves a (wrap: n is masked to 5 bits), n = 0 gives 0.</summary>
    public static uint Extend(uint a, uint n, bool signed, bool wrap)
    {
        var count = wrap ? n & 31 : Math.Min(n, 32);
        return count == 0 ? 0 : (uint)new IntegerType((int)count, signed).Extend(a);
    }
}
