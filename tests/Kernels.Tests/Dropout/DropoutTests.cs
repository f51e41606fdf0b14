using PlamoNative.Engine;
using PlamoNative.Tests;
using PlamoNative.Tests.References;
using Xunit;

namespace PlamoNative.Kernels.Tests;

public sealed class DropoutTests
{
    [Theory]
    [InlineData(1, 1, 0, 0.5)]
    [InlineData(3, 5, 2, 0.1)]
    [InlineData(7, 4099, 1, 0.9)]
    [InlineData(129, 64, 0, 0.25)]
    public void It_is_as_defined_whatever_the_strides(int rows, int width, int padding, double probability)
    {
        var x = TensorValues.Normal(1, (long)rows * width);
        var reference = DropoutReference.Run(x, probability, new Philox(7, 11).Block);
        OperatorHarness.Check($"[{rows}, {width}]", new Shape(rows, width), reference, Array.ConvertAll(reference, value => (double)(float)value), 2, (device, dtype, output) =>
        {
            using var input = TensorValues.Strided(device, new Shape(rows, width), dtype, x, padding);
            Dropout.Apply(input, probability, 7, 11, output);
        });
    }

    [Fact]
    public void The_share_of_dropped_elements_is_the_probability_and_the_mean_stays()
    {
        const int Count = 200_000;
        using var device = new CpuDevice(1);
        using var ones = Constant(device, Count, 1);
        foreach (var p in (double[])[0.1, 0.5, 0.8])
        {
            using var y = Tensor.Allocate(device, new Shape(Count), DType.Float32);
            Dropout.Apply(ones, p, 1, 2, y);
            var values = TensorValues.ToDoubles(y);
            var deviation = Math.Sqrt(p * (1 - p) / Count);
            Assert.InRange(values.Count(value => value == 0) / (double)Count, p - (4 * deviation), p + (4 * deviation));
            Assert.InRange(values.Average(), 1 - (4 * deviation / (1 - p)), 1 + (4 * deviation / (1 - p)));
        }
    }

    [Fact]
    public void The_backward_pass_drops_what_the_forward_pass_dropped_and_other_keys_drop_others()
    {
        using var device = new CpuDevice(2);
        using var x = Constant(device, 5000, 2);
        using var gradient = Constant(device, 5000, -3);
        using var other = Constant(device, 5000, 2);
        Dropout.Apply(x, 0.4, 5, 6, x);
        Dropout.Apply(gradient, 0.4, 5, 6, gradient);
        Dropout.Apply(other, 0.4, 5, 7, other);
        var (kept, keptOfGradient, keptOfOther) = (Mask(x), Mask(gradient), Mask(other));
        Assert.Equal(kept, keptOfGradient);

        // Two independent masks agree in 0.6² + 0.4² of the places.
        Assert.InRange(kept.Zip(keptOfOther).Count(pair => pair.First == pair.Second) / 5000.0, 0.48, 0.56);

        static bool[] Mask(Tensor tensor) => [.. TensorValues.ToDoubles(tensor).Select(value => value != 0)];
    }

    [Fact]
    public void A_probability_of_0_copies_and_dropped_NaNs_are_zeros()
    {
        using var device = new CpuDevice(1);
        using var x = TensorValues.From(device, new Shape(3, 50), DType.Float32, TensorValues.Normal(1, 150));
        using var y = Tensor.Allocate(device, new Shape(3, 50), DType.Float32);
        Dropout.Apply(x, 0, 1, 2, y);
        Assert.Equal(TensorValues.ToDoubles(x), TensorValues.ToDoubles(y));
        using var nan = Constant(device, 100, double.NaN);
        Dropout.Apply(nan, 0.5, 1, 2, nan);
        Assert.Contains(0.0, TensorValues.ToDoubles(nan));
        Assert.Contains(double.NaN, TensorValues.ToDoubles(nan));
        GradientChecks.AssertNoAllocation(() => Dropout.Apply(x, 0.5, 1, 2, y));
        Assert.Throws<ArgumentOutOfRangeException>(() => Dropout.Apply(x, 1, 1, 2, y));
        Assert.Throws<ArgumentOutOfRangeException>(() => Dropout.Apply(x, double.NaN, 1, 2, y));
        Assert.Throws<ShapeMismatchException>(() => Dropout.Apply(x, 0.5, 1, 2, nan));
    }

    private static Tensor Constant(Device device, int count, double value) =>
        TensorValues.From(device, new Shape(count), DType.Float32, [.. Enumerable.Repeat(value, count)]);
}
