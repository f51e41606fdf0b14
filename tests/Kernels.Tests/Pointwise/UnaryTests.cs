using PlamoNative.Engine;
using PlamoNative.Tests;
using PlamoNative.Tests.References;
using Xunit;

namespace PlamoNative.Kernels.Tests;

public sealed class UnaryTests
{
    // Of one element alone plain float32 may be right by luck.
    private const double Alone = 8;

    private static readonly Shape[] Shapes = [default, new(0L), new(1L), new(1031L), new(3, 37), new(2, 5, 3, 29)];

    public static TheoryData<string> Functions => [.. UnaryReference.Names];

    [Theory]
    [MemberData(nameof(Functions))]
    public void Values_and_slopes_follow_the_formula(string name)
    {
        var function = Enum.Parse<UnaryFunction>(name);
        foreach (var shape in Shapes)
        {
            foreach (var kind in TensorViews.Kinds)
            {
                var x = Arguments(name, shape.ElementCount);
                var y = Array.ConvertAll(x, v => UnaryReference.Value<double>(name, v));
                OperatorHarness.Check($"{name} {shape} {kind}", shape, y, Array.ConvertAll(x, v => UnaryReference.Value<float>(name, v)), 8, (device, dtype, output) =>
                {
                    using var input = TensorViews.Of(device, shape, dtype, x, kind);
                    Pointwise.Unary(function, input, output);
                }, shape.ElementCount == 1 ? Alone : Tolerance.Forward);

                var dy = TensorValues.Normal(5, x.Length);
                var dx = Array.ConvertAll(x, v => UnaryReference.Slope<double>(name, v)).Zip(dy, (s, g) => s * g).ToArray();
                var plain = Array.ConvertAll(x, v => UnaryReference.Slope<float>(name, v)).Zip(dy, (s, g) => (double)((float)s * (float)g)).ToArray();
                OperatorHarness.Check($"gradient of {name} {shape} {kind}", shape, dx, plain, 48, (device, dtype, output) =>
                {
                    using var gradient = TensorViews.Of(device, shape, dtype, dy, kind);
                    using var saved = TensorViews.Of(device, shape, dtype, Pointwise.SavesOutput(function) ? y : x, "dense");
                    Pointwise.UnaryGradient(function, gradient, saved, output);
                }, shape.ElementCount == 1 ? Alone : Tolerance.Backward);
            }
        }
    }

    [Theory]
    [InlineData("Gelu", -13.0)]
    [InlineData("Gelu", -6.0)]
    [InlineData("Gelu", -2.5)]
    [InlineData("GeluTanh", -7.0)]
    [InlineData("Sigmoid", -60.0)]
    [InlineData("Tanh", 1e-5)]
    public void Tiny_results_keep_their_relative_accuracy(string name, double x)
    {
        var expected = UnaryReference.Value<double>(name, (float)x);
        Assert.InRange(Value(Enum.Parse<UnaryFunction>(name), DType.Float32, (float)x) / expected, 1 - 2e-6, 1 + 2e-6);
        Assert.InRange(Value(Enum.Parse<UnaryFunction>(name), DType.Float64, (float)x) / expected, 1 - 3e-13, 1 + 3e-13);
    }

    [Fact]
    public void Infinities_and_NaNs_go_where_the_limit_goes()
    {
        var (inf, nan) = (double.PositiveInfinity, double.NaN);
        foreach (var dtype in (ReadOnlySpan<DType>)[DType.Float32, DType.Float64])
        {
            foreach (var function in Enum.GetValues<UnaryFunction>())
            {
                Assert.True(double.IsNaN(Value(function, dtype, nan)), $"{function} of NaN");
            }

            foreach (var function in (ReadOnlySpan<UnaryFunction>)[UnaryFunction.Silu, UnaryFunction.Gelu, UnaryFunction.GeluTanh, UnaryFunction.Relu])
            {
                Assert.Equal(inf, Value(function, dtype, inf));
                Assert.Equal(0, Value(function, dtype, -inf));
                Assert.Equal(1, Slope(function, dtype, inf, inf));
                Assert.Equal(0, Slope(function, dtype, -inf, 0));
            }

            Assert.Equal(-inf, Value(UnaryFunction.Log, dtype, 0));
            Assert.Equal(1, Value(UnaryFunction.Tanh, dtype, inf));
            Assert.Equal(0, Value(UnaryFunction.Exp, dtype, -inf));
            Assert.True(double.IsNaN(Value(UnaryFunction.Sqrt, dtype, -1)));
            Assert.True(double.IsNaN(Value(UnaryFunction.Sin, dtype, inf)));
            Assert.Equal(0, Slope(UnaryFunction.Abs, dtype, 0, 0));
            Assert.Equal(0, Slope(UnaryFunction.Relu, dtype, 0, 0));
        }
    }

    [Fact]
    public void Sine_is_right_at_large_angles()
    {
        foreach (var x in (double[])[1e3, 12345.678, 1e6, 4e8])
        {
            var angle = (double)(float)x;
            Assert.Equal((float)Math.Sin(angle), (float)Value(UnaryFunction.Sin, DType.Float32, angle), 1e-7f);
            Assert.Equal(Math.Cos(angle), Value(UnaryFunction.Cos, DType.Float64, angle), 1e-15);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(-1.7)]
    [InlineData(2.25)]
    public void Powers_and_their_slopes_follow_the_formula(double exponent)
    {
        var shape = new Shape(3, 41);
        var x = Array.ConvertAll(TensorValues.Normal(4, shape.ElementCount), v => (double)(float)(exponent == Math.Floor(exponent) ? v : Math.Abs(v)));
        var dy = TensorValues.Normal(5, shape.ElementCount);
        OperatorHarness.Check($"x^{exponent}", shape, Array.ConvertAll(x, v => Math.Pow(v, exponent)), Array.ConvertAll(x, v => (double)MathF.Pow((float)v, (float)exponent)), 24, (device, dtype, output) =>
        {
            using var input = TensorValues.From(device, shape, dtype, x);
            Pointwise.Power(input, exponent, output);
        });
        var dx = x.Zip(dy, (v, g) => g * exponent * Math.Pow(v, exponent - 1)).ToArray();
        var plain = x.Zip(dy, (v, g) => (double)((float)g * (float)exponent * MathF.Pow((float)v, (float)exponent - 1))).ToArray();
        OperatorHarness.Check($"gradient of x^{exponent}", shape, dx, plain, 24, (device, dtype, output) =>
        {
            using var input = TensorValues.From(device, shape, dtype, x);
            using var gradient = TensorValues.From(device, shape, dtype, dy);
            Pointwise.PowerGradient(exponent, gradient, input, output);
        }, Tolerance.Backward);
    }

    private static double[] Arguments(string name, long count)
    {
        var x = TensorValues.Normal(3, count, 3);
        return UnaryReference.WantsPositive(name) ? Array.ConvertAll(x, v => (double)(float)(Math.Abs(v) + 1e-3)) : x;
    }

    private static double Value(UnaryFunction function, DType dtype, double x)
    {
        using var device = new CpuDevice(1);
        using var input = TensorValues.From(device, new Shape(1), dtype, [x]);
        Pointwise.Unary(function, input, input);
        return TensorValues.ToDoubles(input)[0];
    }

    private static double Slope(UnaryFunction function, DType dtype, double x, double y)
    {
        using var device = new CpuDevice(1);
        using var saved = TensorValues.From(device, new Shape(1), dtype, [Pointwise.SavesOutput(function) ? y : x]);
        using var gradient = TensorValues.From(device, new Shape(1), dtype, [1]);
        Pointwise.UnaryGradient(function, gradient, saved, gradient);
        return TensorValues.ToDoubles(gradient)[0];
    }
}
