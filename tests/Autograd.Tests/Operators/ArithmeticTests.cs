using PlamoNative.Engine;
using PlamoNative.Tests;
using PlamoNative.Tests.References;
using Xunit;

namespace PlamoNative.Autograd.Tests;

public sealed class ArithmeticTests
{
    private static readonly (Shape Left, Shape Right, Shape Output)[] Cases =
        [(default, default, default), (new(13L), new(13L), new(13L)), (new(4, 3), new(3L), new(4, 3)), (new(5, 1), new(1, 7), new(5, 7)), (default, new(2, 3), new(2, 3)), (new(2, 1, 3), new(4, 1), new(2, 4, 3)), (new(0, 3), new(1, 3), new(0, 3))];

    private static readonly Dictionary<string, (Func<Variable, Variable, Variable> Run, Func<double, double, double> Left, Func<double, double, double> Right)> Operators = new()
    {
        ["add"] = ((a, b) => a + b, (_, _) => 1, (_, _) => 1),
        ["subtract"] = ((a, b) => a - b, (_, _) => 1, (_, _) => -1),
        ["multiply"] = ((a, b) => a * b, (_, b) => b, (a, _) => a),
        ["divide"] = ((a, b) => a / b, (_, b) => 1 / b, (a, b) => -a / (b * b)),
        ["minimum"] = (Variable.Minimum, (a, b) => a < b ? 1 : 0, (a, b) => a < b ? 0 : 1),
        ["maximum"] = (Variable.Maximum, (a, b) => a > b ? 1 : 0, (a, b) => a > b ? 0 : 1),
    };

    public static TheoryData<string> Names => [.. Operators.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_are_differences_and_the_closed_form_summed_over_copies(string name)
    {
        var (run, left, right) = Operators[name];
        foreach (var (leftShape, rightShape, shape) in Cases)
        {
            var a = TensorValues.Normal(1, leftShape.ElementCount);
            var b = Array.ConvertAll(TensorValues.Normal(2, rightShape.ElementCount), v => (double)(float)(v + (v > 0 ? 0.5 : -0.5)));
            OperatorGradients.Check($"{name} {leftShape} {rightShape}", [(leftShape, a), (rightShape, b)], v => run(v[0], v[1]), (inputs, g) =>
            {
                var wideA = GeneralReference.Expand(inputs[0], leftShape.Span, shape.Span);
                var wideB = GeneralReference.Expand(inputs[1], rightShape.Span, shape.Span);
                double[] ofA = [.. g.Select((dy, i) => dy * left(wideA[i], wideB[i]))];
                double[] ofB = [.. g.Select((dy, i) => dy * right(wideA[i], wideB[i]))];
                return [GeneralReference.SumTo<double>(ofA, shape.Span, leftShape.Span), GeneralReference.SumTo<double>(ofB, shape.Span, rightShape.Span)];
            });
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_variable_meets_itself_and_a_permuted_view(string name)
    {
        var run = Operators[name].Run;
        Shape shape = new(5, 5);
        var x = TensorValues.Normal(9, shape.ElementCount, 2);
        OperatorGradients.Differences(name, [(shape, x)], v => run(v[0] * 1.5, (v[0] * 2.5).Transpose() + 0.0625));
    }

    [Fact]
    public void Constants_on_either_side()
    {
        Shape shape = new(3, 4);
        var x = Array.ConvertAll(TensorValues.Normal(1, 12), v => (double)(float)(Math.Abs(v) + 0.5));
        OperatorGradients.Check(
            "constants", [(shape, x)], v => (2 * v[0]) + 1 - (0.5 * (3 - v[0])) + (v[0] / 4) - (-v[0]) + (1 + v[0]) + (v[0] * 3) - 7 + (2 / v[0]),
            (inputs, g) => [[.. inputs[0].Zip(g, (value, dy) => dy * (2 + 0.5 + 0.25 + 1 + 1 + 3 - (2 / (value * value))))]]);
    }

    [Fact]
    public void Where_passes_gradients_to_what_it_chose()
    {
        Shape shape = new(3, 4), yesShape = new(4L), noShape = new(3, 1);
        double[] condition = [1, 0, 0, 1, 0, 0, 1, 1, 0, 1, 1, 0];
        OperatorGradients.Check(
            "where", [(yesShape, TensorValues.Normal(1, 4)), (noShape, TensorValues.Normal(2, 3))],
            v =>
            {
                var chosen = TensorValues.From(v[0].Tape.Device, shape, v[0].DType, condition);
                return Variable.Where(Variable.Of(v[0].Tape, chosen), v[0], v[1]);
            },
            (_, g) =>
            [
                GeneralReference.SumTo<double>(g.Zip(condition, (dy, c) => dy * c).ToArray(), shape.Span, yesShape.Span),
                GeneralReference.SumTo<double>(g.Zip(condition, (dy, c) => dy * (1 - c)).ToArray(), shape.Span, noShape.Span),
            ]);
    }

    [Fact]
    public void Of_equal_ones_the_left_one_gets_the_gradient_and_tapes_do_not_mix()
    {
        using var device = new CpuDevice(1);
        using var left = new Parameter("left", TensorValues.From(device, new Shape(2), DType.Float32, [1, 2]));
        using var right = new Parameter("right", TensorValues.From(device, new Shape(2), DType.Float32, [1, 3]));
        using var tape = new Tape(device);
        Variable.Maximum(Variable.Of(tape, left), Variable.Of(tape, right)).Sum().Backward();
        Assert.Equal([1, 0], TensorValues.ToDoubles(left.Gradient));
        Assert.Equal([0, 1], TensorValues.ToDoubles(right.Gradient));
        using var other = new Tape(device);
        Assert.Throws<ArgumentException>(() => Variable.Of(tape, left) + Variable.Of(other, right));
    }
}
