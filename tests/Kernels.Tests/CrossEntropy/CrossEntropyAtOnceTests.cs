using PlamoNative.Engine;
using PlamoNative.Tests;
using PlamoNative.Tests.References;
using Xunit;

namespace PlamoNative.Kernels.Tests;

public sealed class CrossEntropyAtOnceTests
{
    [Fact]
    public void The_golden_case_agrees()
    {
        int[] targets = [1, 5, 74, 4, 56, 42, 75, 16, 0, -1, -1, 16, 38, 94, 14, 6, -1, -1, -1];
        using var device = new CpuDevice(1);
        using var oracle = new OracleFile("oracle/training/kernels/linear-cross-entropy.safetensors");
        foreach (var (dtype, bound) in GradientChecks.Golden)
        {
            using var x = oracle.Tensor(device, "x", dtype);
            using var weight = oracle.Tensor(device, "weight", dtype);
            using var losses = Tensor.Allocate(device, new Shape(19), DType.Float64);
            using var dx = Tensor.Allocate(device, x.Shape, dtype);
            using var dw = TensorValues.From(device, weight.Shape, dtype, new double[weight.ElementCount]);
            var sums = LinearCrossEntropy.ForwardBackward(x, weight, targets, 14, 0.01, 1.7000000476837158, losses, null, dx, dw);
            Assert.Equal(14, sums.TargetCount);
            Assert.InRange(sums.Loss(0.01) / 7.882305666968164, 1 - bound, 1 + bound);
            GradientChecks.AssertGolden("cross_entropy", oracle.Values("cross_entropy"), losses, bound);
            GradientChecks.AssertGolden("dx", oracle.Values("d_x"), dx, bound);
            GradientChecks.AssertGolden("dw", oracle.Values("d_weight"), dw, bound);
        }
    }

    [Theory]
    [InlineData(1, 3, 1, 0)]
    [InlineData(19, 5, 7, 3)]
    [InlineData(33, 130, 65, 1)]
    [InlineData(1300, 37, 9, 0)]
    [InlineData(21, 4200, 24, 2)]
    public void One_pass_gives_loss_and_gradients_of_the_formulas(int tokens, int vocabulary, int width, int padding)
    {
        var inputs = new CrossEntropyCase(tokens, vocabulary, width, padding);
        var reference = LinearCrossEntropyReference.Run<double>(inputs.X, inputs.Weight, inputs.Targets, width, inputs.Count, 0.02, 1.5, inputs.Before);
        var plain = LinearCrossEntropyReference.Run<float>(inputs.X, inputs.Weight, inputs.Targets, width, inputs.Count, 0.02, 1.5, inputs.Before);
        var name = $"[{tokens}, {vocabulary}, {width}]";
        OperatorHarness.Check(
            $"{name}: dx", new Shape(tokens, width), reference.X, plain.X, vocabulary + width + 40,
            (device, dtype, output) => inputs.RunAtOnce(device, dtype, output, null, reference), Tolerance.Backward);
        OperatorHarness.Check(
            $"{name}: dw", new Shape(vocabulary, width), reference.Weight, plain.Weight, tokens + width + 40,
            (device, dtype, output) => inputs.RunAtOnce(device, dtype, null, output, reference), Tolerance.Backward);
    }

    [Theory]
    [InlineData(DType.Float32, 3e-6)]
    [InlineData(DType.Float64, 1e-13)]
    public void One_pass_and_two_passes_agree(DType dtype, double bound)
    {
        var inputs = new CrossEntropyCase(90, 2500, 16, 0);
        using var device = new CpuDevice(2);
        using var x = TensorValues.From(device, new Shape(90, 16), dtype, inputs.X);
        using var weight = TensorValues.From(device, new Shape(2500, 16), dtype, inputs.Weight);
        using var losses = Tensor.Allocate(device, new Shape(90), DType.Float64);
        using var logs = Tensor.Allocate(device, new Shape(90), DType.Float64);
        using var dx = Tensor.Allocate(device, x.Shape, dtype);
        using var dw = TensorValues.From(device, weight.Shape, dtype, inputs.Before);
        using var dxAtOnce = Tensor.Allocate(device, x.Shape, dtype);
        using var dwAtOnce = TensorValues.From(device, weight.Shape, dtype, inputs.Before);
        var sums = LinearCrossEntropy.Forward(x, weight, inputs.Targets, everyToken: false, losses, logs);
        LinearCrossEntropy.Backward(x, weight, inputs.Targets, logs, inputs.Count, 0.02, 1.5, dx, dw);
        var atOnce = LinearCrossEntropy.ForwardBackward(x, weight, inputs.Targets, inputs.Count, 0.02, 1.5, null, null, dxAtOnce, dwAtOnce);
        Assert.Equal(sums.TargetCount, atOnce.TargetCount);
        Assert.InRange(atOnce.CrossEntropy / sums.CrossEntropy, 1 - bound, 1 + bound);
        Assert.InRange(atOnce.SquaredLogSumExp / sums.SquaredLogSumExp, 1 - bound, 1 + bound);
        Assert.InRange(Tolerance.RelativeError(TensorValues.ToDoubles(dx), TensorValues.ToDoubles(dxAtOnce)), 0, bound);
        Assert.InRange(Tolerance.RelativeError(TensorValues.ToDoubles(dw), TensorValues.ToDoubles(dwAtOnce)), 0, bound);
    }

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void Without_a_target_or_with_a_count_of_0_gradients_are_zero(DType dtype)
    {
        using var device = new CpuDevice(1);
        using var x = TensorValues.From(device, new Shape(3, 4), dtype, TensorValues.Normal(1, 12));
        using var weight = TensorValues.From(device, new Shape(5, 4), dtype, TensorValues.Normal(2, 20));
        using var dw = TensorValues.From(device, new Shape(5, 4), dtype, new double[20]);
        using var dx = TensorValues.From(device, new Shape(3, 4), dtype, TensorValues.Normal(3, 12));
        Assert.Equal(default, LinearCrossEntropy.ForwardBackward(x, weight, [-1, -1, -1], 7, 0.1, 1, null, null, dx, dw));
        Assert.All(TensorValues.ToDoubles(dx), value => Assert.Equal(0, value));
        Assert.Equal(2, LinearCrossEntropy.ForwardBackward(x, weight, [1, -1, 2], 0, 0.1, 1, null, null, dx, dw).TargetCount);
        Assert.All(TensorValues.ToDoubles(dx), value => Assert.Equal(0, value));
        Assert.All(TensorValues.ToDoubles(dw), value => Assert.Equal(0, value));
    }

    [Fact]
    public void Nothing_is_allocated_and_wrong_arguments_are_named()
    {
        using var device = new CpuDevice(1);
        using var x = TensorValues.From(device, new Shape(20, 4), DType.Float32, TensorValues.Normal(1, 80));
        using var weight = TensorValues.From(device, new Shape(5, 4), DType.Float32, TensorValues.Normal(2, 20));
        using var dx = Tensor.Allocate(device, new Shape(20, 4), DType.Float32);
        using var dw = TensorValues.From(device, new Shape(5, 4), DType.Float32, new double[20]);
        using var single = Tensor.Allocate(device, new Shape(20), DType.Float32);
        var targets = new int[20];
        GradientChecks.AssertNoAllocation(() => LinearCrossEntropy.ForwardBackward(x, weight, targets, 20, 0.1, 1, null, null, dx, dw));
        Assert.Throws<DTypeMismatchException>(() => LinearCrossEntropy.ForwardBackward(x, weight, targets, 20, 0.1, 1, single, null, dx, dw));
        Assert.Throws<ShapeMismatchException>(() => LinearCrossEntropy.ForwardBackward(x, weight, targets, 20, 0.1, 1, null, null, dw, dw));
        Assert.Throws<ArgumentOutOfRangeException>(() => LinearCrossEntropy.ForwardBackward(x, weight, targets, -1, 0.1, 1, null, null, dx, dw));
        targets[3] = 5;
        Assert.Throws<ArgumentOutOfRangeException>(() => LinearCrossEntropy.ForwardBackward(x, weight, targets, 20, 0.1, 1, null, null, dx, dw));
    }
}
