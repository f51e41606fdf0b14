using System.Numerics;
using PlamoNative.PtxEmulator.Numerics;
using Xunit;

namespace PlamoNative.PtxEmulator.Tests.Numerics;

/// <summary>Every rounded operation against exact rational arithmetic.</summary>
public sealed class ArithmeticTests
{
    private static readonly Rounding[] Modes = [Rounding.NearestEven, Rounding.Zero, Rounding.Down, Rounding.Up];

    [Fact]
    public void Float32_sums_products_and_quotients_are_rounded_once_in_every_mode()
    {
        var random = new Random(2);
        for (var i = 0; i < 4000; i++)
        {
            var (a, b, c) = (Single(random), Single(random), Single(random));
            foreach (var mode in Modes)
            {
                Check(ExactValue.Of(a) + ExactValue.Of(b), F32.Add(a, b, mode), mode);
                Check(ExactValue.Of(a) * ExactValue.Of(b), F32.Multiply(a, b, mode), mode);
                Check(ExactValue.Of(a) * ExactValue.Of(b) + ExactValue.Of(c), F32.MultiplyAdd(a, b, c, mode), mode);
                if (b != 0)
                {
                    CheckQuotient(a, b, F32.Divide(a, b, mode), mode);
                }
            }
        }
    }

    [Fact]
    public void Float64_operations_bracket_the_exact_value_in_every_mode()
    {
        var random = new Random(3);
        for (var i = 0; i < 4000; i++)
        {
            var (a, b, c) = (Double(random), Double(random), Double(random));
            foreach (var mode in Modes)
            {
                Check(ExactValue.Of(a) + ExactValue.Of(b), F64.Add(a, b, mode), mode);
                Check(ExactValue.Of(a) * ExactValue.Of(b), F64.Multiply(a, b, mode), mode);
                Check(ExactValue.Of(a) * ExactValue.Of(b) + ExactValue.Of(c), F64.MultiplyAdd(a, b, c, mode), mode);
                if (b != 0)
                {
                    var quotient = F64.Divide(a, b, mode);
                    CheckSide(ExactValue.Of(quotient) * ExactValue.Of(b) - ExactValue.Of(a), quotient, a / b, b < 0, mode);
                }
            }
        }
    }

    [Fact]
    public void Square_roots_bracket_the_exact_value_in_every_mode()
    {
        var random = new Random(4);
        for (var i = 0; i < 4000; i++)
        {
            var (single, value) = (MathF.Abs(Single(random)), Math.Abs(Double(random)));
            foreach (var mode in Modes)
            {
                var root = F32.SquareRoot(single, mode);
                CheckSide(ExactValue.Of(root) * ExactValue.Of(root) - ExactValue.Of(single), root, MathF.Sqrt(single), false, mode);
                var wide = F64.SquareRoot(value, mode);
                CheckSide(ExactValue.Of(wide) * ExactValue.Of(wide) - ExactValue.Of(value), wide, Math.Sqrt(value), false, mode);
            }
        }

        Assert.Equal(0x7FFFFFFFu, BitConverter.SingleToUInt32Bits(F32.SquareRoot(-1, Rounding.Up)));
        Assert.Equal(0x80000000u, BitConverter.SingleToUInt32Bits(F32.SquareRoot(-0.0f)));
    }

    [Fact]
    public void Halves_are_rounded_once_from_the_exact_result()
    {
        var random = new Random(5);
        for (var i = 0; i < 20000; i++)
        {
            var (a, b, c) = ((ushort)random.Next(65536), (ushort)random.Next(65536), (ushort)random.Next(65536));
            CheckHalf(
                FloatFormat.F16, F16.ToSingle(a), F16.ToSingle(b), F16.ToSingle(c), F16.Add(a, b), F16.Subtract(a, b), F16.Multiply(a, b), F16.MultiplyAdd(a, b, c));
            CheckHalf(
                FloatFormat.BF16, BF16.ToSingle(a), BF16.ToSingle(b), BF16.ToSingle(c), BF16.Add(a, b), BF16.Subtract(a, b), BF16.Multiply(a, b), BF16.MultiplyAdd(a, b, c));
        }

        // 1 + 2^-24 (exact) lies above the tie that f32 would have made of it.
        Assert.Equal(0x3C01, F16.MultiplyAdd(0x3C00, 0x3C01, 0x0001) - 0);
        Assert.Equal(0x3F81, BF16.MultiplyAdd(0x3F81, 0x3F80, 0x0001));
    }

    [Fact]
    public void Zeros_NaN_and_flushing_follow_the_manual()
    {
        Assert.True(float.IsNegative(F32.Add(1, -1, Rounding.Down)));
        Assert.False(float.IsNegative(F32.Add(1, -1, Rounding.Zero)));
        Assert.True(float.IsNegative(F32.MultiplyAdd(1, 1, -1, Rounding.Down)));
        Assert.True(double.IsNegative(F64.Add(1, -1, Rounding.Down)));
        Assert.True(double.IsNegative(F64.Add(-0.0, -0.0, Rounding.Up)));
        Assert.Equal(0x7FFFFFFFu, BitConverter.SingleToUInt32Bits(F32.Add(float.PositiveInfinity, float.NegativeInfinity)));
        Assert.Equal(0x7FFFFFFFu, BitConverter.SingleToUInt32Bits(F32.Multiply(-float.NaN, 1)));
        Assert.Equal(0x80000000u, BitConverter.SingleToUInt32Bits(F32.Flush(-1e-40f)));
        Assert.Equal(1e-30f, F32.Flush(1e-30f));
        Assert.Equal(0u, BitConverter.SingleToUInt32Bits(F32.Saturate(float.NaN)));
        Assert.Equal(0u, BitConverter.SingleToUInt32Bits(F32.Saturate(-0.0f)));
        Assert.Equal(1f, F32.Saturate(7));
        Assert.Equal(float.MaxValue, F32.Add(float.MaxValue, float.MaxValue, Rounding.Zero));
        Assert.Equal(double.MaxValue, F64.Multiply(double.MaxValue, 2, Rounding.Down));
        Assert.Equal(-1f, MinMax.Select(false, 2f, -1f));
        Assert.Equal(-1f, MinMax.Select(false, 2f, -1f, xorSign: true));
        Assert.Equal(-2f, MinMax.Select(true, 2f, -1f, xorSign: true));
        Assert.Equal(0x3C00, F16.Saturate(0x4000));
        Assert.Equal(0, F16.Saturate(0x8001));
        Assert.Equal(0xC5004400, Packed16.Map(0xC4004200, 0xBC003C00, F16.Add));
    }

    private static void CheckHalf(FloatFormat format, float a, float b, float c, ushort sum, ushort difference, ushort product, ushort fused)
    {
        if (!float.IsFinite(a) || !float.IsFinite(b) || !float.IsFinite(c))
        {
            return;
        }

        var (x, y, z) = (ExactValue.Of(a), ExactValue.Of(b), ExactValue.Of(c));
        foreach (var (exact, result) in (ReadOnlySpan<(ExactValue, ushort)>)[(x + y, sum), (x - y, difference), (x * y, product), (x * y + z, fused)])
        {
            if (!exact.IsZero)
            {
                Assert.Equal((uint)exact.Round(format, Rounding.NearestEven), result);
            }
        }
    }

    private static void Check(ExactValue exact, float result, Rounding mode)
    {
        if (!exact.IsZero)
        {
            Assert.Equal((uint)exact.Round(FloatFormat.F32, mode), BitConverter.SingleToUInt32Bits(result));
        }
    }

    private static void Check(ExactValue exact, double result, Rounding mode)
    {
        if (!exact.IsZero)
        {
            Assert.Equal(exact.Round(FloatFormat.F64, mode), BitConverter.DoubleToUInt64Bits(result));
        }
    }

    private static void CheckQuotient(float a, float b, float quotient, Rounding mode)
    {
        if (float.IsFinite(quotient))
        {
            CheckSide(ExactValue.Of(quotient) * ExactValue.Of(b) - ExactValue.Of(a), quotient, a / b, b < 0, mode);
        }
    }

    // error: result minus exact, up to a positive factor (negated where the divisor is negative).
    private static void CheckSide(ExactValue error, double result, double near, bool negate, Rounding mode)
    {
        if (!double.IsFinite(result) || !double.IsFinite(near))
        {
            return;
        }

        var sign = negate ? -error.Sign : error.Sign;
        switch (mode)
        {
            case Rounding.Down:
                Assert.True(sign <= 0);
                break;
            case Rounding.Up:
                Assert.True(sign >= 0);
                break;
            case Rounding.Zero:
                Assert.True(sign == 0 || (sign < 0 == result > 0) || (result == 0 && (sign < 0 == near >= 0)));
                break;
            default:
                Assert.Equal(near, result);
                break;
        }

        Assert.True(near == result || (sign != 0 && Math.Abs(near - result) <= Math.Max(Math.Abs(near) * 1.2e-7, 1.5e-45)));
    }

    private static float Single(Random random)
    {
        // Near exponents, so that sums cancel and overlap; now and then anything at all.
        var bits = random.Next(8) == 0 ? (uint)random.NextInt64(1L << 32) : (uint)random.NextInt64(1L << 32) & 0x83FFFFFF | (uint)random.Next(58, 68) << 24;
        var value = BitConverter.UInt32BitsToSingle(bits);
        return float.IsFinite(value) ? value : 1;
    }

    private static double Double(Random random)
    {
        var bits = (ulong)random.NextInt64(long.MinValue, long.MaxValue);
        bits = random.Next(8) == 0 ? bits : bits & 0x800FFFFFFFFFFFFF | (ulong)random.Next(990, 1060) << 52;
        var value = BitConverter.UInt64BitsToDouble(bits);
        return double.IsFinite(value) ? value : 1;
    }
}
