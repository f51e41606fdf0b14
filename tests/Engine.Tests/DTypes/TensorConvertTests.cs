using System.Runtime.InteropServices;
using PlamoNative.Engine;
using Xunit;

namespace PlamoNative.Engine.Tests.DTypes;

public class TensorConvertTests
{
    [Fact]
    public void Every_half_widens_as_the_scalar_conversion_does()
    {
        var halves = Enumerable.Range(0, 65536).Select(static bits => BitConverter.UInt16BitsToHalf((ushort)bits)).ToArray();
        var widened = new float[halves.Length];
        TensorConvert.ToSingle(halves, widened);
        for (var i = 0; i < halves.Length; i++)
        {
            Assert.Equal(BitConverter.SingleToUInt32Bits((float)halves[i]), BitConverter.SingleToUInt32Bits(widened[i]));
        }
    }

    [Fact]
    public void Every_bfloat16_widens_and_narrows_back()
    {
        var stored = Enumerable.Range(0, 65536).Select(static bits => new BFloat16((ushort)bits)).ToArray();
        var widened = new float[stored.Length];
        var back = new BFloat16[stored.Length];
        TensorConvert.ToSingle(stored, widened);
        TensorConvert.FromSingle(widened, back);
        for (var i = 0; i < stored.Length; i++)
        {
            Assert.Equal((uint)stored[i].Bits << 16, BitConverter.SingleToUInt32Bits(widened[i]));
            Assert.Equal(float.IsNaN(widened[i]) ? stored[i].Bits | 0x40 : stored[i].Bits, back[i].Bits);
        }
    }

    [Fact]
    public void Narrowing_equals_the_scalar_rule_on_ties_and_beyond_the_range()
    {
        var random = new Random(4);
        var values = Enumerable.Range(0, 1_000_003).Select(i => BitConverter.UInt32BitsToSingle((i % 4) switch
        {
            0 => ((uint)random.Next(65536) << 16) | 0x8000u,
            1 => BitConverter.SingleToUInt32Bits((float)BitConverter.UInt16BitsToHalf((ushort)random.Next(65536))) + 0x1000u + (uint)random.Next(-1, 2),
            2 => BitConverter.SingleToUInt32Bits((random.NextSingle() - 0.5f) * 2e-4f),
            _ => (uint)random.NextInt64(1L << 32),
        })).ToArray();
        var bfloats = new BFloat16[values.Length];
        var halves = new Half[values.Length];
        TensorConvert.FromSingle(values, bfloats);
        TensorConvert.FromSingle(values, halves);
        Assert.True(MemoryMarshal.AsBytes<BFloat16>(bfloats).SequenceEqual(MemoryMarshal.AsBytes<BFloat16>(values.Select(BFloat16.FromSingle).ToArray())));
        Assert.True(MemoryMarshal.AsBytes<Half>(halves).SequenceEqual(MemoryMarshal.AsBytes<Half>(values.Select(static value => (Half)value).ToArray())));
    }

    [Theory]
    [InlineData(DType.Float64, 0)]
    [InlineData(DType.Float32, 0)]
    [InlineData(DType.Float16, 1e-3)]
    [InlineData(DType.BFloat16, 8e-3)]
    [InlineData(DType.Q8_0, 2e-2)]
    [InlineData(DType.Q4_0, 3e-1)]
    public void Stored_bytes_round_trip_from_any_address(DType dtype, double bound)
    {
        var values = QuantizedBlocksTests.Values(2, 96);
        var bytes = new byte[dtype.Bytes(96) + 1];
        TensorConvert.FromSingle(dtype, values, bytes.AsSpan(1));
        var back = new float[96];
        TensorConvert.ToSingle(dtype, bytes.AsSpan(1), back);
        for (var i = 0; i < 96; i++)
        {
            Assert.True(Math.Abs(values[i] - back[i]) <= bound);
        }
    }

    [Fact]
    public void Wrong_lengths_and_integers_are_refused()
    {
        Assert.Throws<ArgumentException>(() => TensorConvert.ToSingle(new Half[2], new float[1]));
        Assert.Throws<ArgumentException>(() => TensorConvert.ToSingle(DType.Float32, new byte[5], new float[1]));
        Assert.Throws<ArgumentException>(() => TensorConvert.FromSingle(DType.Int32, new float[1], new byte[4]));
    }
}
