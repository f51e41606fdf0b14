using PlamoNative.Engine;
using PlamoNative.Tests;
using Xunit;

namespace PlamoNative.Kernels.Tests;

public sealed class GatherRowsTests
{
    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void Rows_come_in_the_order_asked_for(DType dtype)
    {
        using var device = new CpuDevice(1);
        var values = TensorValues.Normal(40, 5 * 7);
        using var input = TensorValues.Strided(device, new Shape(5, 7), dtype, values, 3);
        using var output = new GuardBands(device, new Shape(4, 7), dtype);
        GatherRows.Forward(input, [4, 0, 0, 2], output.Tensor);
        output.Check();
        Assert.Equal([.. values[28..35], .. values[..7], .. values[..7], .. values[14..21]], TensorValues.ToDoubles(output.Tensor));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(-1)]
    public void A_row_outside_is_refused(int row)
    {
        using var device = new CpuDevice(1);
        using var input = Tensor.Allocate(device, new Shape(5, 7), DType.Float32);
        using var output = Tensor.Allocate(device, new Shape(1, 7), DType.Float32);
        Assert.Throws<ArgumentOutOfRangeException>(() => GatherRows.Forward(input, [row], output));
    }
}
