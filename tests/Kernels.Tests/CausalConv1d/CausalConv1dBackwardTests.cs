using PlamoNative.Engine;
using PlamoNative.Tests;
using PlamoNative.Tests.Cases;
using PlamoNative.Tests.References;
using Xunit;

namespace PlamoNative.Kernels.Tests;

public sealed class CausalConv1dBackwardTests
{
    public static TheoryData<string> Names => [.. ConvolutionCase.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_of_ragged_batches_are_as_the_formula_says(string name)
    {
        var c = ConvolutionCase.All.Single(c => c.Name == name);
        var channels = c.Heads * c.HeadSize;
        var tokens = c.Offsets[^1];
        var x = TensorValues.Normal(1, tokens * channels);
        var weight = TensorValues.Normal(2, channels * c.KernelSize);
        var dy = TensorValues.Normal(3, tokens * channels);
        var before = TensorValues.Normal(4, weight.Length);
        var reference = Backward<double>(c, x, weight, dy);
        var plain = Backward<float>(c, x, weight, dy);
        var shape = c.Heads == 1 ? new Shape(tokens, channels) : new Shape(tokens, c.Heads, c.HeadSize);
        var weightShape = new Shape(channels, 1, c.KernelSize);
        OperatorHarness.Check(
            $"{name}: dx", shape, reference.X, plain.X, (2 * c.KernelSize) + 8, (device, dtype, output) => Run(device, dtype, output, null), Tolerance.Backward);
        OperatorHarness.Check(
            $"{name}: dw", weightShape, GradientChecks.Sum(reference.Weight, before), GradientChecks.Sum(plain.Weight, before), tokens + c.KernelSize + 8,
            (device, dtype, output) => Run(device, dtype, null, output), Tolerance.Backward);

        void Run(Device device, DType dtype, Tensor? dx, Tensor? dw)
        {
            using var input = TensorValues.Strided(device, shape, dtype, x, c.Padding);
            using var filter = TensorValues.From(device, weightShape, dtype, weight);
            using var gradient = TensorValues.From(device, new Shape(tokens, channels), dtype, dy);
            using var unused = Tensor.Allocate(device, dx is null ? shape : weightShape, dtype);
            GradientChecks.Fill(dw ?? unused, dx is null ? before : new double[weight.Length]);
            CausalConv1dBackward.Run(input, filter, new SequenceOffsets(c.Offsets), gradient, dx ?? unused, dw ?? unused);
        }
    }

    [Fact]
    public void The_golden_gradients_agree()
    {
        using var device = new CpuDevice(1);
        using var oracle = new OracleFile("oracle/training/kernels/conv1d-silu.safetensors");
        foreach (var (dtype, bound) in GradientChecks.Golden)
        {
            using var x = oracle.Tensor(device, "x", dtype);
            using var weight = oracle.Tensor(device, "weight", dtype);
            using var dy = oracle.Tensor(device, "d_y", dtype);
            using var dx = Tensor.Allocate(device, x.Shape, dtype);
            using var dw = TensorValues.From(device, weight.Shape, dtype, new double[weight.ElementCount]);
            CausalConv1dBackward.Run(x, weight, new SequenceOffsets(0, 2, 3, 16, 19), dy, dx, dw);
            GradientChecks.AssertGolden("dx", oracle.Values("d_x"), dx, bound);
            GradientChecks.AssertGolden("dw", oracle.Values("d_weight"), dw, bound);
        }
    }

    [Fact]
    public void Gradients_are_the_central_differences_of_the_forward_pass()
    {
        var c = new ConvolutionCase("small", [0, 2, 3, 9], 1, 3, 4, 0);
        var offsets = new SequenceOffsets(c.Offsets);
        var x = TensorValues.Normal(5, 27);
        var weight = TensorValues.Normal(6, 12);
        var dy = TensorValues.Normal(7, 27);
        using var device = new CpuDevice(1);
        using var input = TensorValues.From(device, new Shape(9, 3), DType.Float64, x);
        using var filter = TensorValues.From(device, new Shape(3, 4), DType.Float64, weight);
        using var gradient = TensorValues.From(device, new Shape(9, 3), DType.Float64, dy);
        using var dx = Tensor.Allocate(device, new Shape(9, 3), DType.Float64);
        using var dw = TensorValues.From(device, new Shape(3, 4), DType.Float64, new double[12]);
        CausalConv1dBackward.Run(input, filter, offsets, gradient, dx, dw);
        GradientChecks.AssertDifferences("dx", x, TensorValues.ToDoubles(dx), values => Loss(values, weight));
        GradientChecks.AssertDifferences("dw", weight, TensorValues.ToDoubles(dw), values => Loss(x, values));
        GradientChecks.AssertNoAllocation(() => CausalConv1dBackward.Run(input, filter, offsets, gradient, dx, dw));

        double Loss(double[] inputs, double[] weights)
        {
            using var movedInput = TensorValues.From(device, new Shape(9, 3), DType.Float64, inputs);
            using var movedFilter = TensorValues.From(device, new Shape(3, 4), DType.Float64, weights);
            using var output = Tensor.Allocate(device, new Shape(9, 3), DType.Float64);
            CausalConv1d.Forward(movedInput, movedFilter, offsets, [], output);
            return GradientChecks.Dot(TensorValues.ToDoubles(output), dy);
        }
    }

    [Fact]
    public void Wrong_arguments_are_named()
    {
        using var device = new CpuDevice(1);
        using var x = Tensor.Allocate(device, new Shape(3, 8), DType.Float32);
        using var weight = Tensor.Allocate(device, new Shape(8, 1, 4), DType.Float32);
        using var narrow = Tensor.Allocate(device, new Shape(7, 1, 4), DType.Float32);
        Assert.Throws<ShapeMismatchException>(() => CausalConv1dBackward.Run(x, weight, SequenceOffsets.Single(4), x, x, weight));
        Assert.Throws<ShapeMismatchException>(() => CausalConv1dBackward.Run(x, narrow, SequenceOffsets.Single(3), x, x, weight));
        Assert.Throws<ShapeMismatchException>(() => CausalConv1dBackward.Run(x, weight, SequenceOffsets.Single(3), x, x, narrow));
    }

    internal static (double[] X, double[] Weight) Backward<T>(ConvolutionCase c, double[] x, double[] weight, double[] dy)
        where T : System.Numerics.IFloatingPointIeee754<T>
    {
        var channels = c.Heads * c.HeadSize;
        var dw = new T[weight.Length];
        var dx = new List<double>();
        for (var s = 0; s + 1 < c.Offsets.Length; s++)
        {
            var (first, last) = (c.Offsets[s] * channels, c.Offsets[s + 1] * channels);
            dx.AddRange(CausalConv1dReference.Backward(x.AsSpan(first, last - first), weight, dy.AsSpan(first, last - first), channels, c.KernelSize, dw));
        }

        return ([.. dx], Array.ConvertAll(dw, double.CreateChecked));
    }
}
