using PlamoNative.Engine;
using PlamoNative.Tests;
using PlamoNative.Tests.References;
using Xunit;

namespace PlamoNative.Kernels.Tests;

public sealed class BinaryTests
{
    private static readonly (Shape Left, Shape Right, Shape Output)[] Cases =
    [
        (default, default, default),
        (new(7, 0), new(1, 1), new(7, 0)),
        (new(1031L), new(1031L), new(1031L)),
        (new(5, 37), new(37L), new(5, 37)),
        (new(5, 1), new(1, 300), new(5, 300)),
        (default, new(3, 17), new(3, 17)),
        (new(2, 1, 3, 1, 5, 1), new(7, 1, 2, 1, 11), new(2, 7, 3, 2, 5, 11)),
        (new(2, 1, 13), new(4, 1), new(2, 4, 13)),
    ];

    private static readonly Dictionary<BinaryFunction, (Func<double, double, double> Value, Func<double, double, double> Left, Func<double, double, double> Right)> Formulas = new()
    {
        [BinaryFunction.Add] = ((a, b) => a + b, (_, _) => 1, (_, _) => 1),
        [BinaryFunction.Subtract] = ((a, b) => a - b, (_, _) => 1, (_, _) => -1),
        [BinaryFunction.Multiply] = ((a, b) => a * b, (_, b) => b, (a, _) => a),
        [BinaryFunction.Divide] = ((a, b) => a / b, (_, b) => 1 / b, (a, b) => -a / (b * b)),
        [BinaryFunction.Minimum] = (Math.Min, (a, b) => a <= b ? 1 : 0, (a, b) => a <= b ? 0 : 1),
        [BinaryFunction.Maximum] = (Math.Max, (a, b) => a >= b ? 1 : 0, (a, b) => a >= b ? 0 : 1),
    };

    public static TheoryData<BinaryFunction> Functions => [.. Formulas.Keys];

    [Theory]
    [MemberData(nameof(Functions))]
    public void Broadcast_operands_give_the_formula_and_its_gradients(BinaryFunction function)
    {
        var (value, left, right) = Formulas[function];
        foreach (var (leftShape, rightShape, shape) in Cases)
        {
            foreach (var kind in TensorViews.Kinds)
            {
                var a = TensorValues.Normal(1, leftShape.ElementCount);
                var b = Array.ConvertAll(TensorValues.Normal(2, rightShape.ElementCount), v => (double)(float)(v + (v > 0 ? 0.5 : -0.5)));
                var dy = TensorValues.Normal(3, shape.ElementCount);
                var wideA = GeneralReference.Expand(a, leftShape.Span, shape.Span);
                var wideB = GeneralReference.Expand(b, rightShape.Span, shape.Span);
                Check("value", value, (l, r, output) => Pointwise.Binary(function, l, r, output), withGradient: false);
                Check("left gradient", left, null, withGradient: true, isLeft: true);
                Check("right gradient", right, null, withGradient: true, isLeft: false);

                void Check(string what, Func<double, double, double> formula, Action<Tensor, Tensor, Tensor>? run, bool withGradient, bool isLeft = false)
                {
                    var expected = wideA.Zip(wideB, formula).Select((v, i) => withGradient ? v * dy[i] : v).ToArray();
                    var plain = wideA.Zip(wideB, (x, y) => (double)(float)formula(x, y)).Select((v, i) => withGradient ? (float)v * (float)dy[i] : v).ToArray();
                    OperatorHarness.Check($"{what} of {function} {leftShape} {rightShape} {kind}", shape, expected, plain, 4, (device, dtype, output) =>
                    {
                        using var l = TensorViews.Of(device, leftShape, dtype, a, kind);
                        using var r = TensorViews.Of(device, rightShape, dtype, b, "dense");
                        using var gradient = TensorViews.Of(device, shape, dtype, dy, kind);
                        if (run is not null)
                        {
                            run(l, r, output);
                        }
                        else if (isLeft)
                        {
                            Pointwise.LeftGradient(function, gradient, l, r, output);
                        }
                        else
                        {
                            Pointwise.RightGradient(function, gradient, l, r, output);
                        }
                    }, withGradient ? Tolerance.Backward : Tolerance.Forward);
                }
            }
        }
    }

    [Theory]
    [InlineData(BinaryFunction.Minimum)]
    [InlineData(BinaryFunction.Maximum)]
    public void A_NaN_wins_and_of_equal_ones_left_gets_the_gradient(BinaryFunction function)
    {
        using var device = new CpuDevice(1);
        foreach (var dtype in (ReadOnlySpan<DType>)[DType.Float32, DType.Float64])
        {
            using var left = TensorValues.From(device, new Shape(3), dtype, [double.NaN, 1, 2]);
            using var right = TensorValues.From(device, new Shape(3), dtype, [1, double.NaN, 2]);
            using var output = TensorValues.From(device, new Shape(3), dtype, [5, 6, 7]);
            using var sums = TensorValues.From(device, new Shape(3), dtype, [0, 0, 10]);
            Pointwise.LeftGradient(function, output, left, right, sums, accumulate: true);
            Assert.Equal(17, TensorValues.ToDoubles(sums)[2]);
            Pointwise.RightGradient(function, output, left, right, sums, accumulate: true);
            Assert.Equal(17, TensorValues.ToDoubles(sums)[2]);
            Pointwise.Binary(function, left, right, output);
            Assert.Equal([double.NaN, double.NaN, 2], TensorValues.ToDoubles(output));
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused_by_name()
    {
        using var device = new CpuDevice(1);
        using var x = Tensor.Allocate(device, new Shape(2, 3), DType.Float32);
        using var wide = Tensor.Allocate(device, new Shape(2, 3), DType.Float64);
        using var other = Tensor.Allocate(device, new Shape(2, 4), DType.Float32);
        using var repeated = Tensor.Allocate(device, new Shape(1, 3), DType.Float32).Expand(new Shape(2, 3));
        using var codes = Tensor.Allocate(device, new Shape(2, 3), DType.Int32);
        Assert.Contains("right", Assert.Throws<ShapeMismatchException>(() => Pointwise.Binary(BinaryFunction.Add, x, other, x)).Message, StringComparison.Ordinal);
        Assert.Contains("left", Assert.Throws<DTypeMismatchException>(() => Pointwise.Binary(BinaryFunction.Add, wide, x, x)).Message, StringComparison.Ordinal);
        Assert.Contains("repeated", Assert.Throws<ShapeMismatchException>(() => Pointwise.Binary(BinaryFunction.Add, x, x, repeated)).Message, StringComparison.Ordinal);
        Assert.Throws<DTypeMismatchException>(() => Pointwise.Unary(UnaryFunction.Exp, codes, codes));
        Assert.Throws<ArgumentOutOfRangeException>(() => Pointwise.Unary((UnaryFunction)99, x, x));
    }
}
