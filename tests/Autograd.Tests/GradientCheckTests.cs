using PlamoNative.Engine;
using PlamoNative.Tests;
using Xunit;

namespace PlamoNative.Autograd.Tests;

public sealed class GradientCheckTests : IDisposable
{
    private readonly CpuDevice _device = new(1);

    public void Dispose() => _device.Dispose();

    [Fact]
    public void Right_gradients_pass_element_by_element_and_along_directions()
    {
        using var a = Leaf("a", 12, 3, 4);
        using var b = Leaf("b", 8, 4, 2);
        var before = TensorValues.ToDoubles(a.Values);
        Variable Function(Tape tape) => Variable.Of(tape, a).MatMul(Variable.Of(tape, b)).Tanh().LogSumExp([1]);
        Assert.InRange(GradientCheck.Elements(Function, [a, b]).Error, 0, 1e-8);
        Assert.InRange(GradientCheck.Directions(Function, [a, b], directions: 5).Error, 0, 1e-7);
        Assert.Equal(before, TensorValues.ToDoubles(a.Values));
    }

    [Fact]
    public void A_wrong_gradient_is_reported_with_its_place_and_both_values()
    {
        using var a = Leaf("a", 6, 6);

        // The hook spoils element 4 of the gradient.
        Variable Function(Tape tape)
        {
            var y = Variable.Of(tape, a) * 3;
            if (y.NeedsGradient)
            {
                y.OnGradient(gradient => gradient.AsSpan<double>()[4] *= 2);
            }

            return y.Sum();
        }

        var worst = GradientCheck.Elements(Function, [a]);
        Assert.Equal(("a", 4L), (worst.Parameter, worst.Element));
        Assert.Equal(6, worst.Gradient, 1e-9);
        Assert.Equal(3, worst.Difference, 1e-6);
        Assert.Contains("a[4]: gradient 6, central difference ", worst.ToString(), StringComparison.Ordinal);
        Assert.True(GradientCheck.Directions(Function, [a]).Error > 1e-3);
    }

    [Fact]
    public void Only_float64_is_checked()
    {
        using var single = new Parameter("s", TensorValues.From(_device, new Shape(2), DType.Float32, [1, 2]));
        Assert.Contains("s", Assert.Throws<DTypeMismatchException>(() => GradientCheck.Elements(tape => Variable.Of(tape, single).Sum(), [single])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => GradientCheck.Elements(tape => Variable.Of(tape, single), []));
    }

    private Parameter Leaf(string name, int count, params long[] sizes) =>
        new(name, TensorValues.From(_device, new Shape(sizes), DType.Float64, TensorValues.Normal(count, count)));
}
