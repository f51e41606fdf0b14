using PlamoNative.Engine;
using Xunit;

namespace PlamoNative.Engine.Tests.DTypes;

public class DTypeTests
{
    [Fact]
    public void Every_dtype_has_a_name_of_its_own_and_a_size()
    {
        var all = Enum.GetValues<DType>();
        Assert.Equal(all.Length, all.Select(static dtype => dtype.Name()).Distinct().Count());
        foreach (var dtype in all)
        {
            Assert.Equal(3L * dtype.BlockBytes(), dtype.Bytes(3L * dtype.BlockSize()));
            Assert.Equal(dtype.IsBlockQuantized(), dtype.BlockSize() > 1);
        }
    }

    [Fact]
    public void Elements_have_the_size_of_their_dtype()
    {
        Check<double>(DType.Float64);
        Check<float>(DType.Float32);
        Check<Half>(DType.Float16);
        Check<BFloat16>(DType.BFloat16);
        Check<sbyte>(DType.Int8);
        Check<byte>(DType.UInt8);
        Check<short>(DType.Int16);
        Check<ushort>(DType.UInt16);
        Check<int>(DType.Int32);
        Check<uint>(DType.UInt32);
        Check<long>(DType.Int64);
        Check<ulong>(DType.UInt64);
        Check<bool>(DType.Bool);
        Assert.Throws<NotSupportedException>(() => DTypeExtensions.Of<decimal>());
    }

    [Fact]
    public void Sizes_that_are_no_whole_blocks_or_too_large_are_refused()
    {
        Assert.Throws<ArgumentException>(() => DType.Q4_K.Bytes(255));
        Assert.Throws<OverflowException>(() => DType.Float64.Bytes(1L << 61));
        Assert.Throws<ArgumentOutOfRangeException>(() => ((DType)99).BlockBytes());
    }

    [Theory]
    [InlineData(1f, 0x3F80)]
    [InlineData(-0f, 0x8000)]
    [InlineData(1.00390625f, 0x3F80)]
    [InlineData(1.01171875f, 0x3F82)]
    [InlineData(float.MaxValue, 0x7F80)]
    [InlineData(float.NegativeInfinity, 0xFF80)]
    [InlineData(float.Epsilon, 0x0000)]
    public void BFloat16_rounds_to_nearest_and_ties_to_even(float value, int bits)
    {
        Assert.Equal(bits, BFloat16.FromSingle(value).Bits);
    }

    [Fact]
    public void BFloat16_keeps_NaN()
    {
        Assert.True(float.IsNaN(BFloat16.FromSingle(float.NaN).ToSingle()));
        Assert.True(float.IsNaN(BFloat16.FromSingle(BitConverter.UInt32BitsToSingle(0x7F800001)).ToSingle()));
    }

    private static unsafe void Check<T>(DType dtype)
        where T : unmanaged
    {
        Assert.Equal(dtype, DTypeExtensions.Of<T>());
        Assert.Equal(sizeof(T), dtype.BlockBytes());
    }
}
