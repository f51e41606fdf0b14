using System.Numerics;
using PlamoNative.Engine;
using PlamoNative.Tests;
using PlamoNative.Tests.References;
using Xunit;

namespace PlamoNative.Kernels.Tests;

public sealed class ReductionGradientTests
{
    private static readonly (Shape Shape, int[] Axes)[] Cases =
        [(new(1L), [0]), (new(3, 300), [1]), (new(70, 19), [0]), (new(4, 3, 5), [0, 2]), (new(3, 5, 4), [1]), (new(0, 3), [0])];

    [Theory]
    [InlineData("Max")]
    [InlineData("LogSumExp")]
    public void Gradients_follow_the_formula(string name)
    {
        foreach (var (shape, axes) in Cases)
        {
            // Halves: many elements are equal, and the first maximum of each group is to be found.
            var x = Array.ConvertAll(TensorValues.Normal(3, shape.ElementCount, 2), v => Math.Round(2 * v) / 2);
            var kept = new Shape(GeneralReference.Kept(shape.Span, axes));
            var dy = TensorValues.Normal(4, kept.ElementCount);
            var groups = GeneralReference.Groups(x, shape.Span, axes);
            var result = Array.ConvertAll(groups, g => ReductionReference.Value<double>(name, g));
            foreach (var kind in TensorViews.Kinds)
            {
                OperatorHarness.Check($"{name} {shape} {kind}", shape, Expected<double>(name, groups, dy, shape, axes), Expected<float>(name, groups, dy, shape, axes), 8, (device, dtype, output) =>
                {
                    using var input = TensorViews.Of(device, shape, dtype, x, kind);
                    using var gradient = TensorViews.Of(device, kept, dtype, dy, kind);
                    using var value = TensorValues.From(device, kept, dtype, result);
                    if (name == "Max")
                    {
                        ReductionGradient.Max(gradient, input, value, axes, output);
                    }
                    else
                    {
                        Reduction.LogSumExp(input, axes, value);
                        ReductionGradient.LogSumExp(gradient, input, value, output);
                    }
                }, 6);
            }
        }
    }

    [Fact]
    public void The_gradient_of_a_maximum_is_added_where_asked_and_a_NaN_is_its_own_maximum()
    {
        using var device = new CpuDevice(1);
        using var x = TensorValues.From(device, new Shape(2, 3), DType.Float32, [1, 7, 7, 2, double.NaN, 9]);
        using var maxima = Tensor.Allocate(device, new Shape(2, 1), DType.Float32);
        Reduction.Max(x, [1], maxima);
        using var gradient = TensorValues.From(device, new Shape(2, 1), DType.Float32, [10, 20]);
        using var output = TensorValues.From(device, new Shape(2, 3), DType.Float32, [1, 1, 1, 1, 1, 1]);
        ReductionGradient.Max(gradient, x, maxima, [1], output, accumulate: true);
        Assert.Equal([1, 11, 1, 1, 21, 1], TensorValues.ToDoubles(output));
    }

    private static double[] Expected<T>(string name, double[][] groups, double[] dy, Shape shape, int[] axes)
        where T : IFloatingPointIeee754<T> =>
        GeneralReference.Ungroup([.. groups.Select((g, i) => ReductionReference.Gradient<T>(name, g, dy[i]))], shape.Span, axes);
}
