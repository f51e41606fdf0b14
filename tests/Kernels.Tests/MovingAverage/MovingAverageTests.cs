using PlamoNative.Engine;
using PlamoNative.Tests;
using Xunit;

namespace PlamoNative.Kernels.Tests;

public sealed class MovingAverageTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 37)]
    [InlineData(2, 4133)]
    public void An_average_is_as_defined(int rows, int width)
    {
        var (target, source) = (TensorValues.Normal(1, (long)rows * width), TensorValues.Normal(2, (long)rows * width));
        Check("moving average", (t, s) => t + (0.0625 * (s - t)), (t, s) => MovingAverage.Step(t, s, 1 - 0.0625));

        void Check(string name, Func<double, double, double> formula, Action<Tensor, Tensor> run)
        {
            double[] reference = [.. target.Zip(source, formula)];
            double[] plain = [.. target.Zip(source, (t, s) => (double)(float)formula((float)t, (float)s))];
            OperatorHarness.Check(name, new Shape(rows, width), reference, plain, 4, (device, dtype, output) =>
            {
                GradientChecks.Fill(output, target);
                using var other = TensorValues.Strided(device, new Shape(rows, width), dtype, source, 3);
                run(output, other);
            });
        }
    }

    [Fact]
    public void A_view_is_changed_and_what_lies_beside_it_is_not()
    {
        using var device = new CpuDevice(1);
        using var whole = TensorValues.From(device, new Shape(4, 6), DType.Float32, [.. Enumerable.Repeat(1.0, 24)]);
        using var view = whole.Narrow(1, 2, 3);
        using var value = TensorValues.From(device, new Shape(4, 3), DType.Float32, [.. Enumerable.Repeat(11.0, 12)]);
        MovingAverage.Step(view, value, 0.5);
        Assert.Equal([1, 1, 6, 6, 6, 1], TensorValues.ToDoubles(whole)[..6]);
        Assert.Equal([1, 1, 6, 6, 6, 1], TensorValues.ToDoubles(whole)[18..]);
    }

    [Fact]
    public void An_average_stays_where_the_value_is_and_reaches_it_with_a_decay_of_0()
    {
        using var device = new CpuDevice(1);
        using var value = TensorValues.From(device, new Shape(50), DType.Float32, TensorValues.Normal(1, 50));
        using var same = TensorValues.From(device, new Shape(50), DType.Float32, TensorValues.Normal(1, 50));
        MovingAverage.Step(same, value, 0.999);
        Assert.Equal(TensorValues.ToDoubles(value), TensorValues.ToDoubles(same));
        using var zero = TensorValues.From(device, new Shape(50), DType.Float32, new double[50]);
        MovingAverage.Step(zero, value, 0);
        Assert.Equal(TensorValues.ToDoubles(value), TensorValues.ToDoubles(zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => MovingAverage.Step(zero, value, 1.5));
        GradientChecks.AssertNoAllocation(() => MovingAverage.Step(zero, value, 0.5));
    }

    [Fact]
    public void Wrong_arguments_are_named()
    {
        using var device = new CpuDevice(1);
        using var target = Tensor.Allocate(device, new Shape(3, 4), DType.Float32);
        using var other = Tensor.Allocate(device, new Shape(4, 3), DType.Float32);
        using var exact = Tensor.Allocate(device, new Shape(3, 4), DType.Float64);
        Assert.Throws<ShapeMismatchException>(() => MovingAverage.Step(target, other, 0.5));
        Assert.Throws<DTypeMismatchException>(() => MovingAverage.Step(target, exact, 0.5));
    }
}
