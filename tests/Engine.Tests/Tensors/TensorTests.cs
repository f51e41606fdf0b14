using Xunit;

namespace PlamoNative.Engine.Tests.Tensors;

public sealed unsafe class TensorTests : IDisposable
{
    private readonly CpuDevice _device = new(1);

    public void Dispose() => _device.Dispose();

    [Fact]
    public void Narrowing_views_the_same_memory()
    {
        using var tensor = Tensor.FromSpan<float>(_device, new Shape(2, 6), Enumerable.Range(0, 12).Select(i => (float)i).ToArray());
        using var view = tensor.Narrow(1, 2, 3);
        Assert.Equal(new Shape(2, 3), view.Shape);
        Assert.False(view.IsContiguous);
        Assert.Equal(8f, view.PointerOf<float>()[view.Strides[0]]);
        using var heads = view.Reshape(new Shape(2, 3, 1));
        Assert.Equal(10f, heads.PointerOf<float>()[heads.Strides[0] + (2 * heads.Strides[1])]);
        view.PointerOf<float>()[0] = 42;
        Assert.Equal(42f, tensor.AsSpan<float>()[2]);
    }

    [Fact]
    public void A_view_keeps_the_memory_alive()
    {
        var tensor = Tensor.Allocate(_device, new Shape(8), DType.Float32);
        var view = tensor.Narrow(0, 4, 4);
        tensor.Dispose();
        Assert.NotEqual(0, _device.Memory.LiveBytes);
        view.AsSpan<float>().Fill(1);
        view.Dispose();
        Assert.Equal(0, _device.Memory.LiveBytes);
        Assert.Throws<ObjectDisposedException>(() => (nint)view.Pointer);
    }

    [Fact]
    public void A_scope_frees_what_it_opened_and_nothing_that_was_detached()
    {
        var scope = new TensorScope(_device);
        var lost = scope.Allocate(new Shape(16), DType.Float64);
        var kept = scope.Allocate(new Shape(4), DType.Float32).Detach();
        _ = lost.Narrow(0, 1, 2);
        Assert.Equal(2, scope.Count);
        scope.Reset();
        Assert.Equal(64, _device.Memory.LiveBytes);
        kept.AsSpan<float>().Fill(3);
        kept.Dispose();
        Assert.Equal(0, _device.Memory.LiveBytes);
    }

    [Fact]
    public void A_scope_in_its_second_turn_allocates_nothing()
    {
        using var scope = new TensorScope(_device);
        void Turn()
        {
            scope.Reset();
            for (var i = 1; i < 20; i++)
            {
                _ = scope.Allocate(new Shape(i, 32), DType.Float32).Narrow(1, 0, 16).Reshape(new Shape(i, 4, 4));
            }
        }

        Turn();
        Turn();
        var asked = _device.Memory.SystemAllocations;
        var before = GC.GetAllocatedBytesForCurrentThread();
        Turn();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(asked, _device.Memory.SystemAllocations);
    }

    [Fact]
    public void Block_types_demand_whole_blocks()
    {
        Assert.Throws<ShapeMismatchException>(() => Tensor.Allocate(_device, new Shape(2, 33), DType.Q8_0));
        using var tensor = Tensor.Allocate(_device, new Shape(2, 64), DType.Q8_0);
        Assert.Equal(2 * 2 * 34, DType.Q8_0.Bytes(tensor.ElementCount));
    }

    [Fact]
    public void Wrong_types_and_ranges_are_named()
    {
        using var tensor = Tensor.Allocate(_device, new Shape(2, 3), DType.Float32);
        Assert.Contains("f32", Assert.Throws<DTypeMismatchException>(() => tensor.AsSpan<double>().Length).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => tensor.Narrow(1, 2, 2));
        Assert.Contains("[2, 3]", Assert.Throws<ShapeMismatchException>(() => tensor.Reshape(new Shape(7))).Message, StringComparison.Ordinal);
        Assert.Throws<ShapeMismatchException>(() => Tensor.FromSpan<float>(_device, new Shape(3), [1, 2]));
        Assert.Throws<OverflowException>(() => Tensor.Allocate(_device, new Shape(1L << 40, 1L << 40), DType.Float32));
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(1f)]
    [InlineData(3.3895314e38f)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(1e-45f)]
    public void Bfloat16_rounds_to_the_nearest(float value)
    {
        var rounded = BFloat16.FromSingle(value).ToSingle();
        for (var neighbor = -1; neighbor <= 1; neighbor++)
        {
            var other = new BFloat16((ushort)(BFloat16.FromSingle(value).Bits + neighbor)).ToSingle();
            Assert.False(Math.Abs((double)other - value) < Math.Abs((double)rounded - value));
        }
    }

    [Fact]
    public void Bfloat16_breaks_ties_to_even_and_keeps_nan()
    {
        Assert.Equal(0x3F80, BFloat16.FromSingle(BitConverter.UInt32BitsToSingle(0x3F808000)).Bits);
        Assert.Equal(0x3F82, BFloat16.FromSingle(BitConverter.UInt32BitsToSingle(0x3F818000)).Bits);
        Assert.True(float.IsNaN(BFloat16.FromSingle(BitConverter.UInt32BitsToSingle(0x7F800001)).ToSingle()));
        Assert.Equal(float.PositiveInfinity, BFloat16.FromSingle(float.MaxValue).ToSingle());
    }

    [Fact]
    public void Sequence_offsets_refuse_what_is_not_a_partition()
    {
        Assert.Throws<ArgumentException>(() => new SequenceOffsets(1, 2));
        Assert.Throws<ArgumentException>(() => new SequenceOffsets(0, 3, 2));
        Assert.Throws<ArgumentException>(() => new SequenceOffsets());
        var offsets = new SequenceOffsets(0, 0, 5, 6);
        Assert.Equal((3, 6, 5), (offsets.Count, offsets.TokenCount, offsets.MaxSequenceLength));
        Assert.Equal([0, 1, 2], SequenceOffsets.OneTokenEach(2).Span.ToArray());
    }
}
