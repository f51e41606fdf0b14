using PlamoNative.Engine;
using PlamoNative.Tests;
using PlamoNative.Tests.References;
using Xunit;

namespace PlamoNative.Autograd.Tests;

public sealed class ReductionOperatorTests
{
    private static readonly (Shape Shape, int[] Axes)[] Cases =
        [(new(1L), [0]), (new(7, 5), [1]), (new(7, 17), [0]), (new(3, 4, 5), [-1, 0]), (new(3, 4, 5), [1]), (new(2, 3, 4), [0, 1, 2]), (new(0, 3), [0]), (new(3, 2, 1), [2])];

    [Theory]
    [InlineData("Sum")]
    [InlineData("Mean")]
    [InlineData("Max")]
    [InlineData("LogSumExp")]
    public void Gradients_are_differences_and_the_closed_form(string name)
    {
        foreach (var (shape, axes) in Cases)
        {
            // All elements differ by more than a step.
            var x = TensorValues.Normal(5, shape.ElementCount, 2);
            int[] counted = [.. axes.Select(a => a < 0 ? a + shape.Rank : a)];
            foreach (var keepAxes in (bool[])[false, true])
            {
                OperatorGradients.Check($"{name} {shape} over [{string.Join(", ", axes)}]", [(shape, x)], v => Run(name, v[0], axes, keepAxes), (inputs, g) =>
                {
                    var groups = GeneralReference.Groups(inputs[0], shape.Span, counted);
                    return [GeneralReference.Ungroup([.. groups.Select((group, i) => ReductionReference.Gradient<double>(name, group, g[i]))], shape.Span, counted)];
                });
            }
        }
    }

    [Theory]
    [InlineData("Sum")]
    [InlineData("Mean")]
    [InlineData("Max")]
    [InlineData("LogSumExp")]
    public void Views_are_reduced_and_their_gradients_land_in_their_places(string name)
    {
        Shape shape = new(4, 6, 3);
        OperatorGradients.Check(name, [(shape, TensorValues.Normal(5, shape.ElementCount))], v =>
        {
            var stored = v[0] * 2;
            return Run(name, stored.Permute(2, 0, 1), [0], false) + Run(name, stored.Slice(1, 1, 2), [1, 2], true).Reshape(4, 1) + Run(name, stored, [], false);
        }, null);
    }

    [Fact]
    public void Shapes_follow_the_axes()
    {
        using var device = new CpuDevice(1);
        using var tape = new Tape(device);
        var x = Variable.Of(tape, Tensor.Allocate(device, new Shape(2, 3, 4), DType.Float32));
        Assert.Equal(default, x.Sum().Shape);
        Assert.Equal(new Shape(1, 1, 1), x.Sum(keepAxes: true).Shape);
        Assert.Equal(new Shape(3L), x.Mean([0, -1]).Shape);
        Assert.Equal(new Shape(1, 3, 1), x.Max([2, 0], keepAxes: true).Shape);
        Assert.Throws<ArgumentOutOfRangeException>(() => x.Sum([3]));
        Assert.Throws<ArgumentException>(() => x.Sum([1, -2]));
        Assert.Throws<ArgumentException>(() => x.Sum([0, 1, 2, 0]));
    }

    private static Variable Run(string name, Variable x, int[] axes, bool keepAxes) => name switch
    {
        "Sum" => x.Sum(axes, keepAxes),
        "Mean" => x.Mean(axes, keepAxes),
        "Max" => x.Max(axes, keepAxes),
        _ => x.LogSumExp(axes, keepAxes),
    };
}
