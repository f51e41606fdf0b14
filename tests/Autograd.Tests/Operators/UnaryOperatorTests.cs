using PlamoNative.Engine;
using PlamoNative.Tests;
using PlamoNative.Tests.References;
using Xunit;

namespace PlamoNative.Autograd.Tests;

public sealed class UnaryOperatorTests
{
    private static readonly Shape[] Shapes = [default, new(0L, 3), new(1L), new(17L), new(3, 7, 2)];

    private static readonly Dictionary<string, Func<Variable, Variable>> Functions = new()
    {
        ["Abs"] = x => x.Abs(),
        ["Exp"] = x => x.Exp(),
        ["Log"] = x => x.Log(),
        ["Sqrt"] = x => x.Sqrt(),
        ["Sin"] = x => x.Sin(),
        ["Cos"] = x => x.Cos(),
        ["Tanh"] = x => x.Tanh(),
        ["Sigmoid"] = x => x.Sigmoid(),
        ["Softplus"] = x => x.Softplus(),
        ["Silu"] = x => x.Silu(),
        ["Gelu"] = x => x.Gelu(),
        ["GeluTanh"] = x => x.GeluTanh(),
        ["Relu"] = x => x.Relu(),
    };

    public static TheoryData<string> Names => [.. Functions.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_are_differences_and_the_closed_form(string name)
    {
        foreach (var shape in Shapes)
        {
            var x = Arguments(name, shape);
            OperatorGradients.Check($"{name} {shape}", [(shape, x)], v => Functions[name](v[0]), (inputs, g) =>
                [[.. inputs[0].Zip(g, (value, dy) => dy * UnaryReference.Slope<double>(name, value))]]);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Two_uses_and_views_of_one_stored_tensor_add_up(string name)
    {
        Shape shape = new(4, 6);
        var f = Functions[name];
        OperatorGradients.Check(name, [(shape, Arguments(name, shape))], v =>
        {
            var stored = v[0] * 1.25;
            return f(stored.Permute(1, 0)) + f(stored.Slice(1, 2, 4).Transpose().Reshape(4, 4).BroadcastTo(1, 4, 4)).Sum([0, 2]).Sum() + f(stored).Reshape(6, 4);
        }, null);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(-1)]
    [InlineData(0.5)]
    [InlineData(-1.3)]
    public void Powers_of_constant_exponent(double exponent)
    {
        Shape shape = new(3, 5);
        var x = Array.ConvertAll(TensorValues.Normal(1, shape.ElementCount), v => (double)(float)(Math.Abs(v) + 0.25));
        OperatorGradients.Check($"power {exponent}", [(shape, x)], v => v[0].Power(exponent), (inputs, g) =>
            [[.. inputs[0].Zip(g, (value, dy) => dy * exponent * Math.Pow(value, exponent - 1))]]);
    }

    [Fact]
    public void An_output_that_was_saved_and_changed_in_place_is_found()
    {
        using var device = new CpuDevice(1);
        using var values = TensorValues.From(device, new Shape(2), DType.Float32, [1, 2]);
        using var parameter = new Parameter("p", values);
        using var tape = new Tape(device);
        var y = Variable.Of(tape, parameter).Exp();
        y.AddInPlace(values);
        var exception = Assert.Throws<InvalidOperationException>(() => y.Sum().Backward());
        Assert.Contains("exp (operation 0 on the tape)", exception.Message, StringComparison.Ordinal);
    }

    // Nothing within a step of a kink.
    private static double[] Arguments(string name, Shape shape) => Array.ConvertAll(TensorValues.Normal(3, shape.ElementCount, 1.5), v =>
        (double)(float)(UnaryReference.WantsPositive(name) ? Math.Abs(v) + 0.25 : Math.Abs(v) < 0.01 ? v + 0.125 : v));
}
