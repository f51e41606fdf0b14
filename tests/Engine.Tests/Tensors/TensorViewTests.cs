using Xunit;

namespace PlamoNative.Engine.Tests.Tensors;

public sealed unsafe class TensorViewTests : IDisposable
{
    private readonly CpuDevice _device = new(1);

    public void Dispose() => _device.Dispose();

    [Fact]
    public void Permuting_moves_sizes_and_strides_together()
    {
        using var tensor = Tensor.Allocate(_device, new Shape(2, 3, 5), DType.Float32);
        using var view = tensor.Permute(2, 0, 1);
        Assert.Equal(new Shape(5, 2, 3), view.Shape);
        Assert.Equal(new Shape(1, 15, 5), view.Strides);
        Assert.True((nint)tensor.Pointer == (nint)view.Pointer);
        using var back = view.Permute(1, 2, 0);
        Assert.True(back.IsContiguous);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 1, 1)]
    [InlineData(0, 1, 3)]
    [InlineData(-1, 0, 1)]
    [InlineData(0, 1, 2, 3)]
    public void Permuting_wants_every_axis_once(params int[] axes)
    {
        using var tensor = Tensor.Allocate(_device, new Shape(2, 3, 5), DType.Float32);
        var exception = Assert.Throws<ArgumentException>(() => tensor.Permute(axes));
        Assert.Contains("[2, 3, 5]", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Expanding_repeats_axes_of_size_one_with_stride_zero()
    {
        using var tensor = Tensor.Allocate(_device, new Shape(3, 1), DType.Float64);
        using var view = tensor.Expand(new Shape(2, 3, 4));
        Assert.Equal(new Shape(0, 1, 0), view.Strides);
        Assert.Equal(24, view.ElementCount);
        Assert.False(view.IsContiguous);
        using var empty = tensor.Expand(new Shape(3, 0));
        Assert.Equal(0, empty.ElementCount);
        using var scalar = Tensor.Allocate(_device, default, DType.Float32);
        using var many = scalar.Expand(new Shape(7));
        Assert.Equal(new Shape(0L), many.Strides);
    }

    [Fact]
    public void Expanding_refuses_what_is_no_repetition()
    {
        using var tensor = Tensor.Allocate(_device, new Shape(3, 2), DType.Float32);
        Assert.Throws<ShapeMismatchException>(() => tensor.Expand(new Shape(3, 4)));
        Assert.Throws<ShapeMismatchException>(() => tensor.Expand(new Shape(2L)));
    }
}
