using PlamoNative.Engine;
using PlamoNative.Tests;
using PlamoNative.Tests.Cases;
using Xunit;

namespace PlamoNative.Kernels.Tests;

public sealed class AddTests
{
    public static TheoryData<string> Rows => [.. RowCase.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Sums_are_the_rounded_sums(string name)
    {
        var c = RowCase.All.Single(c => c.Name == name);
        var shape = new Shape(c.Tokens, c.Width);
        var (a, b) = (TensorValues.Normal(8, shape.ElementCount), TensorValues.Normal(9, shape.ElementCount));
        var reference = a.Zip(b, (x, y) => x + y).ToArray();
        var rounded = Array.ConvertAll(reference, value => (double)(float)value);
        OperatorHarness.Check(name, shape, reference, rounded, 1, (device, dtype, output) =>
        {
            using var left = TensorValues.Strided(device, shape, dtype, a, c.Padding);
            using var right = TensorValues.From(device, shape, dtype, b);
            Add.Forward(left, right, output);
            OperatorHarness.AssertSameBits(name, dtype == DType.Float32 ? rounded : reference, TensorValues.ToDoubles(output));
        });
    }

    [Fact]
    public void Three_axes_with_two_strides_are_walked_row_by_row()
    {
        using var device = new CpuDevice(1);
        using var whole = TensorValues.From(device, new Shape(3, 4, 10), DType.Float32, TensorValues.Normal(10, 120));
        using var middle = whole.Narrow(1, 1, 2);
        using var view = middle.Narrow(2, 3, 5);
        using var sum = Tensor.Allocate(device, view.Shape, DType.Float32);
        Add.Forward(view, view, sum);
        OperatorHarness.AssertSameBits("sum", Array.ConvertAll(TensorValues.ToDoubles(view), value => 2 * value), TensorValues.ToDoubles(sum));
    }

    [Fact]
    public void Different_shapes_are_refused()
    {
        using var device = new CpuDevice(1);
        using var a = Tensor.Allocate(device, new Shape(2, 8), DType.Float32);
        using var b = Tensor.Allocate(device, new Shape(2, 7), DType.Float32);
        Assert.Contains("right", Assert.Throws<ShapeMismatchException>(() => Add.Forward(a, b, a)).Message, StringComparison.Ordinal);
    }
}
