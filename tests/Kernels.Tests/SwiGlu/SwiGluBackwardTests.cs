using PlamoNative.Engine;
using PlamoNative.Tests;
using PlamoNative.Tests.Cases;
using PlamoNative.Tests.References;
using Xunit;

namespace PlamoNative.Kernels.Tests;

public sealed class SwiGluBackwardTests
{
    public static TheoryData<string> Rows => [.. RowCase.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Gradients_are_as_the_formula_says(string name)
    {
        var c = RowCase.All.Single(c => c.Name == name);
        var gateUp = TensorValues.Normal(1, 2L * c.Tokens * c.Width, 3);
        var dy = TensorValues.Normal(2, (long)c.Tokens * c.Width);
        var reference = SwiGluReference.Backward<double>(gateUp, dy, c.Width);
        var plain = SwiGluReference.Backward<float>(gateUp, dy, c.Width);
        OperatorHarness.Check(
            name, new Shape(c.Tokens, 2 * c.Width), reference, plain, 8, (device, dtype, output) =>
            {
                using var input = TensorValues.Strided(device, new Shape(c.Tokens, 2 * c.Width), dtype, gateUp, c.Padding);
                using var gradient = TensorValues.Strided(device, new Shape(c.Tokens, c.Width), dtype, dy, c.Padding);
                SwiGluBackward.Run(input, gradient, output);
            },
            Tolerance.Backward);
    }

    [Fact]
    public void The_golden_gradient_agrees()
    {
        using var device = new CpuDevice(1);
        using var oracle = new OracleFile("oracle/training/kernels/swiglu.safetensors");
        foreach (var (dtype, bound) in GradientChecks.Golden)
        {
            using var gateUp = oracle.Tensor(device, "gate_up", dtype);
            using var dy = oracle.Tensor(device, "d_y", dtype);
            SwiGluBackward.Run(gateUp, dy, gateUp);
            GradientChecks.AssertGolden("swiglu", oracle.Values("d_gate_up"), gateUp, bound);
        }
    }

    [Fact]
    public void Gradients_are_the_central_differences_of_the_forward_pass()
    {
        var gateUp = TensorValues.Normal(3, 42, 2);
        var dy = TensorValues.Normal(4, 21);
        using var device = new CpuDevice(1);
        using var input = TensorValues.From(device, new Shape(3, 14), DType.Float64, gateUp);
        using var gradient = TensorValues.From(device, new Shape(3, 7), DType.Float64, dy);
        using var ours = Tensor.Allocate(device, new Shape(3, 14), DType.Float64);
        SwiGluBackward.Run(input, gradient, ours);
        GradientChecks.AssertDifferences("dgateUp", gateUp, TensorValues.ToDoubles(ours), values =>
        {
            using var moved = TensorValues.From(device, new Shape(3, 14), DType.Float64, values);
            using var output = Tensor.Allocate(device, new Shape(3, 7), DType.Float64);
            SwiGlu.Forward(moved, output);
            return GradientChecks.Dot(TensorValues.ToDoubles(output), dy);
        });
        GradientChecks.AssertNoAllocation(() => SwiGluBackward.Run(input, gradient, ours));
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(1e-30)]
    [InlineData(17.0)]
    [InlineData(-17.0)]
    [InlineData(-80.0)]
    [InlineData(1e30)]
    [InlineData(-1e30)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    [InlineData(double.NaN)]
    public void The_slope_of_silu_holds_at_the_ends(double x)
    {
        // The truth at the ends is 0 and 1; between them plain float64 is exact enough for float32.
        var sigmoid = 1 / (1 + Math.Exp(-x));
        var expected = double.IsNaN(x) ? x : x < -700 ? 0 : x > 700 ? 1 : sigmoid + (x * sigmoid / (1 + Math.Exp(x)));
        var single = SiluGradient.Slope<SimdScalar, float>((float)x, out _);
        Assert.True(double.IsNaN(x) ? float.IsNaN(single) : Math.Abs(single - expected) <= 8 * Math.Abs(expected) / (1 << 24), $"{single}, expected {expected}");
        var exact = SiluGradient.Slope(x, out _);
        Assert.True(double.IsNaN(x) ? double.IsNaN(exact) : Math.Abs(exact - expected) <= 1e-14 * Math.Abs(expected), $"{exact}, expected {expected}");
    }

    [Fact]
    public void An_odd_width_is_named_in_the_error()
    {
        using var device = new CpuDevice(1);
        using var gateUp = Tensor.Allocate(device, new Shape(2, 7), DType.Float32);
        using var dy = Tensor.Allocate(device, new Shape(2, 3), DType.Float32);
        var error = Assert.Throws<ShapeMismatchException>(() => SwiGluBackward.Run(gateUp, dy, gateUp));
        Assert.Contains("gateUp", error.Message, StringComparison.Ordinal);
    }
}
