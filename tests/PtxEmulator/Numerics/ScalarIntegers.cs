namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>Products, quotients, sums of differences and dot products: PTX ISA "Integer Arithmetic Instructions".</summary>
public static class ScalarIntegers
{
    /// <summary>mul.hi of 16, 32 or 64 bits: the upper half of the exact product.</summary>
    public static ulong MultiplyHigh(ulong a, ulong b, IntegerType type)
    {
        var (x, y) = (type.Extend(a), type.Extend(b));
        if (type.Bits == 64)
        {
            return type.Signed ? (ulong)Math.BigMul(x, y, out _) : Math.BigMul((ulong)x, (ulong)y, out _);
        }

        return (ulong)(type.Signed ? x * y >> type.Bits : (long)((ulong)x * (ulong)y >> type.Bits)) & type.Mask;
    }

    /// <summary>mad.hi: the upper half of a · b, plus c; <paramref name="saturate"/> (s32 only) clamps the sum.</summary>
    public static ulong MultiplyAddHigh(ulong a, ulong b, ulong c, IntegerType type, bool saturate = false)
    {
        var high = MultiplyHigh(a, b, type);
        return saturate ? (ulong)Math.Clamp(type.Extend(high) + type.Extend(c), type.Minimum, (long)type.Maximum) & type.Mask : (high + c) & type.Mask;
    }

    /// <summary>mul.wide of 16 or 32 bits: the whole product, in twice the width.</summary>
    public static ulong MultiplyWide(ulong a, ulong b, IntegerType type) => (ulong)(type.Extend(a) * type.Extend(b)) & (ulong.MaxValue >> (64 - 2 * type.Bits));

    /// <summary>mul24.lo or .hi: the 48-bit product of the low 24 bits; lo its bits 31..0, hi its bits 47..16.</summary>
    public static uint Multiply24(uint a, uint b, bool signed, bool high)
    {
        var type = new IntegerType(24, signed);
        return (uint)(type.Extend(a) * type.Extend(b) >> (high ? 16 : 0));
    }

    /// <summary>div: by zero every bit is one (the ISA leaves it open, the assembler folds it so); the smallest value by -1 is itself.</summary>
    public static ulong Divide(ulong a, ulong b, IntegerType type)
    {
        var (x, y) = (type.Extend(a), type.Extend(b));
        return y == 0 ? type.Mask : (type.Signed ? y == -1 ? (ulong)-x : (ulong)(x / y) : (ulong)x / (ulong)y) & type.Mask;
    }

    /// <summary>rem: the dividend's sign; by zero every bit is one.</summary>
    public static ulong Remainder(ulong a, ulong b, IntegerType type)
    {
        var (x, y) = (type.Extend(a), type.Extend(b));
        return y == 0 ? type.Mask : (type.Signed ? y == -1 ? 0 : (ulong)(x % y) : (ulong)x % (ulong)y) & type.Mask;
    }

    /// <summary>sad: c + |a - b|.</summary>
    public static ulong SumOfDifference(ulong a, ulong b, ulong c, IntegerType type)
    {
        var (x, y) = (type.Extend(a), type.Extend(b));
        var less = type.Signed ? x < y : (ulong)x < (ulong)y;
        return (c + (ulong)(less ? y - x : x - y)) & type.Mask;
    }

    /// <summary>add.sat.s32, sub.sat.s32 (by the exact sum) and their kind.</summary>
    public static int SaturateS32(long exact) => (int)Math.Clamp(exact, int.MinValue, int.MaxValue);

    /// <summary>dp4a: c plus the four products of bytes; each operand signed or not; wraps.</summary>
    public static uint Dot4(uint a, uint b, uint c, bool signedA, bool signedB)
    {
        var sum = c;
        for (var i = 0; i < 32; i += 8)
        {
            sum += (uint)(Byte(a >> i, signedA) * Byte(b >> i, signedB));
        }

        return sum;
    }

    /// <summary>dp2a: c plus the two 16-bit halves of a times the lower (<paramref name="high"/>: upper) two bytes of b.</summary>
    public static uint Dot2(uint a, uint b, uint c, bool signedA, bool signedB, bool high)
    {
        var bytes = high ? b >> 16 : b;
        var (low, up) = signedA ? ((short)a, (short)(a >> 16)) : ((int)(ushort)a, (int)(a >> 16));
        return c + (uint)(low * Byte(bytes, signedB)) + (uint)(up * Byte(bytes >> 8, signedB));
    }

    private static int Byte(uint bits, bool signed) => signed ? (sbyte)bits : (byte)bits;
}
