using PlamoNative.PtxEmulator.Numerics;
using Xunit;

namespace PlamoNative.PtxEmulator.Tests.Numerics;

public sealed class ConversionTests
{
    [Fact]
    public void Every_fp8_code_has_the_value_of_the_oracle()
    {
        var tables = Oracle.Load("conversions.json").GetProperty("fp8ToFloat");
        for (var code = 0; code < 256; code++)
        {
            Assert.Equal(tables.GetProperty("e4m3")[code].Hex(), BitConverter.SingleToUInt32Bits(NarrowConversions.FromE4M3((byte)code)));
            Assert.Equal(tables.GetProperty("e5m2")[code].Hex(), BitConverter.SingleToUInt32Bits(NarrowConversions.FromE5M2((byte)code)));
        }
    }

    [Fact]
    public void Float32_becomes_fp8_as_in_the_oracle()
    {
        var count = 0;
        foreach (var row in Oracle.Load("conversions.json").GetProperty("f32ToFp8RnSatfinite").GetProperty("rows").EnumerateArray())
        {
            Assert.Equal(row[1].Hex(), (uint)NarrowConversions.ToE4M3(row[0].Single()));
            Assert.Equal(row[2].Hex(), (uint)NarrowConversions.ToE5M2(row[0].Single()));
            count++;
        }

        Assert.Equal(724, count);
    }

    [Fact]
    public void Float32_becomes_bf16_f16_and_tf32_as_in_the_oracle()
    {
        var count = 0;
        foreach (var row in Oracle.Load("conversions.json").GetProperty("f32ToNarrow").GetProperty("rows").EnumerateArray())
        {
            var value = row[0].Single();
            Assert.Equal(row[1].Hex(), (uint)NarrowConversions.ToBF16(value, Rounding.NearestEven));
            Assert.Equal(row[2].Hex(), (uint)NarrowConversions.ToBF16(value, Rounding.Zero));
            Assert.Equal(row[3].Hex(), (uint)NarrowConversions.ToF16(value, Rounding.NearestEven));
            Assert.Equal(row[4].Hex(), (uint)NarrowConversions.ToF16(value, Rounding.Zero));
            var tf32 = NarrowConversions.ToTF32(value);
            if (row[5].GetString() == "nan")
            {
                Assert.True(float.IsNaN(BitConverter.UInt32BitsToSingle(tf32)));
            }
            else
            {
                Assert.Equal(row[5].Hex(), tf32);
            }

            count++;
        }

        Assert.Equal(360, count);
    }

    [Fact]
    public void Float32_becomes_integers_as_in_the_oracle()
    {
        var count = 0;
        foreach (var row in Oracle.Load("conversions.json").GetProperty("f32ToInt").GetProperty("rows").EnumerateArray())
        {
            var mode = row[0].GetString() switch { "rni" => Rounding.NearestEven, "rzi" => Rounding.Zero, "rmi" => Rounding.Down, _ => Rounding.Up };
            var type = row[1].GetString() == "s32" ? IntegerType.S32 : IntegerType.U32;
            Assert.Equal(row[3].Hex(), (uint)IntegerConversions.FromFloat(row[2].Single(), type, mode, false));
            count++;
        }

        Assert.Equal(256, count);
    }

    [Fact]
    public void Minimum_and_maximum_are_those_of_the_oracle()
    {
        var count = 0;
        foreach (var row in Oracle.Load("conversions.json").GetProperty("minMax").GetProperty("rows").EnumerateArray())
        {
            var operation = row[0].GetString()!;
            var (maximum, propagates) = (operation.StartsWith("max", StringComparison.Ordinal), operation.EndsWith(".NaN", StringComparison.Ordinal));
            var result = MinMax.Select(maximum, row[1].Single(), row[2].Single(), propagates);
            if (row[3].GetString() == "nan")
            {
                // Two NaN: the oracle names no pattern; ours is the canonical one.
                Assert.Equal(0x7FFFFFFFu, BitConverter.SingleToUInt32Bits(result));
            }
            else
            {
                Assert.Equal(row[3].Hex(), BitConverter.SingleToUInt32Bits(result));
            }

            count++;
        }

        Assert.Equal(400, count);
    }

    [Fact]
    public void Packing_puts_the_first_source_into_the_upper_half()
    {
        foreach (var row in Oracle.Load("conversions.json").GetProperty("packing").EnumerateArray())
        {
            var result = row[0].GetString()!.Split(' ')[0] switch
            {
                "cvt.rn.bf16x2.f32" => NarrowConversions.ToBF16x2(1, 2, Rounding.NearestEven),
                "cvt.rn.f16x2.f32" => NarrowConversions.ToF16x2(1, 2, Rounding.NearestEven),
                "cvt.rn.satfinite.e4m3x2.f32" => NarrowConversions.ToE4M3x2(1f, 2f),
                "cvt.rn.satfinite.e5m2x2.f32" => NarrowConversions.ToE5M2x2(1f, 2f),
                "cvt.rn.f16x2.e4m3x2" => NarrowConversions.F16x2FromE4M3x2(0x3840),
                "cvt.rn.f16x2.e5m2x2" => NarrowConversions.F16x2FromE5M2x2(0x3C40),
                var other => throw new InvalidOperationException(other),
            };
            Assert.Equal(row[1].Hex(), result);
        }
    }

    [Theory]
    [InlineData(465.0f, 0x7E, 0x5F)]
    [InlineData(-1e9f, 0xFE, 0xFB)]
    [InlineData(0.0009765625f, 0x00, 0x14)]
    [InlineData(0.0009765627f, 0x01, 0x14)]
    [InlineData(float.NegativeInfinity, 0xFE, 0xFB)]
    [InlineData(float.NaN, 0x7F, 0x7F)]
    public void Fp8_saturates_and_ties_to_even(float value, byte e4m3, byte e5m2)
    {
        Assert.Equal(e4m3, NarrowConversions.ToE4M3(value));
        Assert.Equal(e5m2, NarrowConversions.ToE5M2(value));
    }

    [Theory]
    [InlineData(65519.996f, Rounding.NearestEven, 0x7BFF)]
    [InlineData(65520f, Rounding.NearestEven, 0x7C00)]
    [InlineData(1e30f, Rounding.Zero, 0x7BFF)]
    [InlineData(1e30f, Rounding.Down, 0x7BFF)]
    [InlineData(1e30f, Rounding.Up, 0x7C00)]
    [InlineData(-1e30f, Rounding.Up, 0xFBFF)]
    [InlineData(-1e30f, Rounding.Down, 0xFC00)]
    [InlineData(1e-30f, Rounding.Up, 0x0001)]
    [InlineData(-1e-30f, Rounding.Down, 0x8001)]
    [InlineData(-1e-30f, Rounding.NearestEven, 0x8000)]
    [InlineData(float.PositiveInfinity, Rounding.Zero, 0x7C00)]
    public void Directed_modes_stop_at_the_largest_and_the_smallest_half(float value, Rounding mode, int expected) =>
        Assert.Equal(expected, NarrowConversions.ToF16(value, mode));

    [Fact]
    public void Saturation_and_relu_act_after_the_rounding()
    {
        Assert.Equal(0x7BFF, NarrowConversions.ToF16(1e9, Rounding.NearestEven, saturate: true));
        Assert.Equal(0x7F7F, NarrowConversions.ToBF16(float.PositiveInfinity, Rounding.NearestEven, saturate: true));
        Assert.Equal(0, NarrowConversions.ToBF16(-3, Rounding.NearestEven, relu: true));
        Assert.Equal(0, NarrowConversions.ToF16(-0.0, Rounding.NearestEven, relu: true));
        Assert.Equal(0x7FFF, NarrowConversions.ToF16(double.NaN, Rounding.NearestEven, relu: true));
        Assert.Equal(0u, NarrowConversions.ToTF32(-2, Rounding.NearestEven, relu: true));
        Assert.Equal(0, NarrowConversions.ToE4M3(-2, relu: true));
    }

    [Fact]
    public void Narrow_integers_clamp_and_wide_ones_mark_NaN()
    {
        Assert.Equal(0x7FUL, IntegerConversions.FromFloat(200, IntegerType.S8, Rounding.Zero, false));
        Assert.Equal(0x80UL, IntegerConversions.FromFloat(-200, IntegerType.S8, Rounding.Zero, false));
        Assert.Equal(0x8000000000000000, IntegerConversions.FromFloat(double.NaN, IntegerType.U64, Rounding.Zero, false));
        Assert.Equal(0x80000000UL, IntegerConversions.FromFloat(double.NaN, IntegerType.S32, Rounding.Zero, true));
        Assert.Equal(0UL, IntegerConversions.FromFloat(float.NaN, IntegerType.S32, Rounding.Zero, false));
        Assert.Equal(long.MaxValue, (long)IntegerConversions.FromFloat(1e30, IntegerType.S64, Rounding.Zero, true));
        Assert.Equal(ulong.MaxValue, IntegerConversions.FromFloat(1.8446744073709552e19, IntegerType.U64, Rounding.Zero, true));
        Assert.Equal(0xFF80UL, IntegerConversions.Convert(0x80, IntegerType.S8, IntegerType.U16));
        Assert.Equal(0UL, IntegerConversions.Convert(0x80, IntegerType.S8, IntegerType.U16, saturate: true));
        Assert.Equal(0x7FUL, IntegerConversions.Convert(300, IntegerType.U32, IntegerType.S8, saturate: true));
    }

    [Fact]
    public void Integers_become_floats_with_one_rounding()
    {
        var random = new Random(1);
        for (var i = 0; i < 1000; i++)
        {
            var value = random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64);
            Assert.Equal(BitConverter.SingleToUInt32Bits(value), (uint)IntegerConversions.ToFloat(FloatFormat.F32, (ulong)value, IntegerType.S64, Rounding.NearestEven));
            Assert.Equal(BitConverter.DoubleToUInt64Bits(value), IntegerConversions.ToFloat(FloatFormat.F64, (ulong)value, IntegerType.S64, Rounding.NearestEven));
        }

        Assert.Equal(0x4B7FFFFFUL, IntegerConversions.ToFloat(FloatFormat.F32, 0xFFFFFF, IntegerType.U32, Rounding.Zero));
        Assert.Equal(0x4F7FFFFFUL, IntegerConversions.ToFloat(FloatFormat.F32, 0xFFFFFFFF, IntegerType.U32, Rounding.Zero));
        Assert.Equal(0x4F800000UL, IntegerConversions.ToFloat(FloatFormat.F32, 0xFFFFFFFF, IntegerType.U32, Rounding.Up));
        Assert.Equal(0x7C00UL, IntegerConversions.ToFloat(FloatFormat.F16, 70000, IntegerType.U32, Rounding.NearestEven));
    }

    [Fact]
    public void Quick_ways_to_halves_and_floats_give_the_bits_of_the_one_rounder()
    {
        var random = new Random(9);
        for (var i = 0; i < 200000; i++)
        {
            var value = BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue));
            if (i % 4 != 0)
            {
                // Around the range of a half, and with few bits, so that ties are met.
                value = Math.ScaleB(random.Next(-1 << 13, 1 << 13) * (i % 4 == 1 ? 1 : 1 + Math.ScaleB(1, -40)), random.Next(-40, 5));
            }

            Assert.Equal((ushort)SoftRounder.Round(FloatFormat.F16, value, Rounding.NearestEven), F16.FromDouble(value));
            Assert.Equal((ushort)SoftRounder.Round(FloatFormat.BF16, value, Rounding.NearestEven), BF16.FromDouble(value));
            var bits = (ulong)random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64);
            foreach (var type in (ReadOnlySpan<IntegerType>)[IntegerType.S32, IntegerType.U32, IntegerType.S64, IntegerType.U64])
            {
                var single = IntegerConversions.ToSingle(bits, type, Rounding.NearestEven);
                Assert.Equal((uint)IntegerConversions.ToFloat(FloatFormat.F32, bits, type, Rounding.NearestEven), BitConverter.SingleToUInt32Bits(single));
                var up = IntegerConversions.ToDouble(bits, type, Rounding.Up);
                Assert.Equal(IntegerConversions.ToFloat(FloatFormat.F64, bits, type, Rounding.Up), BitConverter.DoubleToUInt64Bits(up));
            }
        }
    }
}
