using PlamoNative.Engine;
using PlamoNative.Tests;
using PlamoNative.Tests.Cases;
using PlamoNative.Tests.References;
using Xunit;

namespace PlamoNative.Kernels.Tests;

public sealed class RmsNormBackwardTests
{
    private const double Epsilon = 1e-6;

    public static TheoryData<string> Rows => [.. RowCase.All.Where(c => c.Width > 1).Select(c => c.Name)];

    public static TheoryData<string> HeadNames => [.. HeadCase.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Gradients_of_rows_are_as_the_formula_says(string name)
    {
        var c = RowCase.All.Single(c => c.Name == name);
        Check(name, new Shape(c.Tokens, c.Width), new Shape(c.Width), 0.2, c.Padding);
    }

    [Theory]
    [MemberData(nameof(HeadNames))]
    public void Gradients_of_heads_are_as_the_formula_says(string name)
    {
        var c = HeadCase.All.Single(c => c.Name == name);
        Check(name, new Shape(c.Tokens, c.Heads, c.HeadSize), new Shape(c.Heads, c.HeadSize), 0, c.Padding);
    }

    [Fact]
    public void Many_blocks_of_tokens_are_folded_in_order() => Check("blocks", new Shape(300, 3, 17), new Shape(3, 17), 1, 2);

    [Fact]
    public void The_gradient_of_a_lone_element_all_but_vanishes()
    {
        // Its norm is a sign: dx is epsilon r² of what passes through, below what the subtraction can see.
        using var device = new CpuDevice(1);
        using var x = TensorValues.From(device, new Shape(1, 1), DType.Float32, [3]);
        using var one = TensorValues.From(device, new Shape(1), DType.Float32, [1]);
        using var dx = Tensor.Allocate(device, new Shape(1, 1), DType.Float32);
        using var dw = TensorValues.From(device, new Shape(1), DType.Float32, [0]);
        RmsNormBackward.Run(x, one, 0, Epsilon, x, dx, accumulate: false, dw);
        Assert.InRange(TensorValues.ToDoubles(dx)[0], -1e-6, 1e-6);
        Assert.InRange(TensorValues.ToDoubles(dw)[0], 2.99999, 3);
    }

    [Theory]
    [InlineData("rms-norm-one", 1.0)]
    [InlineData("rms-norm-fifth", 0.2)]
    [InlineData("rms-norm-small", 0.08944271909999159)]
    [InlineData("rms-norm-zero", 0.0)]
    [InlineData("qk-norm", 0.0)]
    public void Golden_gradients_agree(string name, double offset)
    {
        using var device = new CpuDevice(1);
        using var oracle = new OracleFile($"oracle/training/kernels/{name}.safetensors");
        foreach (var (dtype, bound) in GradientChecks.Golden)
        {
            using var x = oracle.Tensor(device, "x", dtype);
            using var weight = oracle.Tensor(device, "weight", dtype);
            using var dy = oracle.Tensor(device, "d_y", dtype);
            using var dx = Tensor.Allocate(device, x.Shape, dtype);
            using var dw = TensorValues.From(device, weight.Shape, dtype, new double[weight.ElementCount]);
            RmsNormBackward.Run(x, weight, offset, Epsilon, dy, dx, accumulate: false, dw);
            GradientChecks.AssertGolden($"{name} dx", oracle.Values("d_x"), dx, bound, (int)x.Shape[^1]);
            GradientChecks.AssertGolden($"{name} dw", oracle.Values("d_weight"), dw, bound);
        }
    }

    [Fact]
    public void Gradients_are_the_central_differences_of_the_forward_pass()
    {
        var shape = new Shape(3, 2, 5);
        var x = TensorValues.Normal(1, 30);
        var weight = TensorValues.Normal(2, 10);
        var dy = TensorValues.Normal(3, 30);
        using var device = new CpuDevice(1);
        var (dx, dw) = Backward(device, shape, x, weight, dy);
        GradientChecks.AssertDifferences("dx", x, dx, values => Loss(device, shape, values, weight, dy));
        GradientChecks.AssertDifferences("dw", weight, dw, values => Loss(device, shape, x, values, dy));
    }

    [Fact]
    public void Gradients_can_take_the_place_of_the_output_gradient_or_be_added_to()
    {
        using var device = new CpuDevice(1);
        var shape = new Shape(5, 70);
        using var x = TensorValues.From(device, shape, DType.Float32, TensorValues.Normal(4, 350));
        using var weight = TensorValues.From(device, new Shape(70), DType.Float32, TensorValues.Normal(5, 70));
        using var dy = TensorValues.From(device, shape, DType.Float32, TensorValues.Normal(6, 350));
        using var dw = TensorValues.From(device, new Shape(70), DType.Float32, new double[70]);
        using var dx = Tensor.Allocate(device, shape, DType.Float32);
        RmsNormBackward.Run(x, weight, 1, Epsilon, dy, dx, accumulate: false, dw);
        var expected = TensorValues.ToDoubles(dx);
        using var sum = TensorValues.From(device, shape, DType.Float32, new double[350]);
        RmsNormBackward.Run(x, weight, 1, Epsilon, dy, sum, accumulate: true, dw);
        Assert.Equal(expected, TensorValues.ToDoubles(sum));
        RmsNormBackward.Run(x, weight, 1, Epsilon, dy, sum, accumulate: true, dw);
        Assert.Equal(expected.Select(v => 2 * v), TensorValues.ToDoubles(sum));
        RmsNormBackward.Run(x, weight, 1, Epsilon, dy, dy, accumulate: false, dw);
        OperatorHarness.AssertSameBits("in place", expected, TensorValues.ToDoubles(dy));
        GradientChecks.AssertNoAllocation(() => RmsNormBackward.Run(x, weight, 1, Epsilon, dy, dx, accumulate: false, dw));
    }

    [Fact]
    public void Wrong_arguments_are_named()
    {
        using var device = new CpuDevice(1);
        using var x = Tensor.Allocate(device, new Shape(2, 8), DType.Float32);
        using var weight = Tensor.Allocate(device, new Shape(8), DType.Float32);
        using var narrow = Tensor.Allocate(device, new Shape(2, 7), DType.Float32);
        var error = Assert.Throws<ShapeMismatchException>(() => RmsNormBackward.Run(x, weight, 0, Epsilon, narrow, x, false, weight));
        Assert.Contains("outputGradient", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<ShapeMismatchException>(() => RmsNormBackward.Run(x, weight, 0, Epsilon, x, x, false, narrow));
        Assert.Contains("weightGradient", error.Message, StringComparison.Ordinal);
    }

    private static void Check(string name, Shape shape, Shape weightShape, double offset, int padding)
    {
        var x = TensorValues.Normal(7, shape.ElementCount, 3);
        var weight = TensorValues.Normal(8, weightShape.ElementCount);
        var dy = TensorValues.Normal(9, shape.ElementCount);
        var before = TensorValues.Normal(10, weightShape.ElementCount);
        var width = (int)shape[^1];
        var reference = RmsNormReference.Backward<double>(x, weight, dy, width, offset, Epsilon);
        var plain = RmsNormReference.Backward<float>(x, weight, dy, width, offset, Epsilon);
        OperatorHarness.Check($"{name}: dx", shape, reference.X, plain.X, width, (device, dtype, output) => Run(device, dtype, output, null), Tolerance.Backward);
        OperatorHarness.Check(
            $"{name}: dw", weightShape, GradientChecks.Sum(reference.Weight, before), GradientChecks.Sum(plain.Weight, before), (int)shape[0] + 4,
            (device, dtype, output) => Run(device, dtype, null, output), Tolerance.Backward);

        void Run(Device device, DType dtype, Tensor? dx, Tensor? dw)
        {
            using var input = TensorValues.Strided(device, shape, dtype, x, padding);
            using var factors = TensorValues.From(device, weightShape, dtype, weight);
            using var gradient = TensorValues.Strided(device, shape, dtype, dy, padding);
            using var unused = Tensor.Allocate(device, dx is null ? shape : weightShape, dtype);
            GradientChecks.Fill(dw ?? unused, dx is null ? before : new double[weightShape.ElementCount]);
            RmsNormBackward.Run(input, factors, offset, Epsilon, gradient, dx ?? unused, accumulate: false, dw ?? unused);
        }
    }

    private static (double[] X, double[] Weight) Backward(Device device, Shape shape, double[] x, double[] weight, double[] dy)
    {
        using var input = TensorValues.From(device, shape, DType.Float64, x);
        using var factors = TensorValues.From(device, new Shape(2, 5), DType.Float64, weight);
        using var gradient = TensorValues.From(device, shape, DType.Float64, dy);
        using var dx = Tensor.Allocate(device, shape, DType.Float64);
        using var dw = TensorValues.From(device, new Shape(2, 5), DType.Float64, new double[10]);
        RmsNormBackward.Run(input, factors, 0.5, Epsilon, gradient, dx, accumulate: false, dw);
        return (TensorValues.ToDoubles(dx), TensorValues.ToDoubles(dw));
    }

    private static double Loss(Device device, Shape shape, double[] x, double[] weight, double[] dy)
    {
        using var input = TensorValues.From(device, shape, DType.Float64, x);
        using var factors = TensorValues.From(device, new Shape(2, 5), DType.Float64, weight);
        using var output = Tensor.Allocate(device, shape, DType.Float64);
        RmsNorm.Forward(input, factors, 0.5, Epsilon, output);
        return GradientChecks.Dot(TensorValues.ToDoubles(output), dy);
    }
}
