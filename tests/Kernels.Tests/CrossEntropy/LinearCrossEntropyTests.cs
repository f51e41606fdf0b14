using PlamoNative.Engine;
using PlamoNative.Tests;
using PlamoNative.Tests.References;
using Xunit;

namespace PlamoNative.Kernels.Tests;

public sealed class LinearCrossEntropyTests
{
    private static readonly int[] GoldenTargets = [1, 5, 74, 4, 56, 42, 75, 16, 0, -1, -1, 16, 38, 94, 14, 6, -1, -1, -1];

    [Fact]
    public void The_golden_case_agrees()
    {
        const double LossGradient = 1.7000000476837158;
        using var device = new CpuDevice(1);
        using var oracle = new OracleFile("oracle/training/kernels/linear-cross-entropy.safetensors");
        foreach (var (dtype, bound) in GradientChecks.Golden)
        {
            using var x = oracle.Tensor(device, "x", dtype);
            using var weight = oracle.Tensor(device, "weight", dtype);
            using var losses = Tensor.Allocate(device, new Shape(19), DType.Float64);
            using var logs = Tensor.Allocate(device, new Shape(19), DType.Float64);
            var sums = LinearCrossEntropy.Forward(x, weight, GoldenTargets, everyToken: true, losses, logs);
            Assert.Equal(14, sums.TargetCount);
            Assert.InRange(sums.Loss(0.01) / 7.882305666968164, 1 - bound, 1 + bound);
            GradientChecks.AssertGolden("cross_entropy", oracle.Values("cross_entropy"), losses, bound);
            GradientChecks.AssertGolden("logsumexp", oracle.Values("logsumexp"), logs, bound);

            using var dx = Tensor.Allocate(device, x.Shape, dtype);
            using var dw = TensorValues.From(device, weight.Shape, dtype, new double[weight.ElementCount]);
            LinearCrossEntropy.Backward(x, weight, GoldenTargets, logs, 14, 0.01, LossGradient, dx, dw);
            GradientChecks.AssertGolden("dx", oracle.Values("d_x"), dx, bound);
            GradientChecks.AssertGolden("dw", oracle.Values("d_weight"), dw, bound);
        }
    }

    [Theory]
    [InlineData(1, 3, 1, 0)]
    [InlineData(19, 5, 7, 3)]
    [InlineData(33, 130, 65, 1)]
    [InlineData(600, 37, 9, 0)]
    [InlineData(21, 4200, 24, 2)]
    public void Blocks_give_what_all_logits_at_once_give(int tokens, int vocabulary, int width, int padding)
    {
        var inputs = new CrossEntropyCase(tokens, vocabulary, width, padding);
        var reference = LinearCrossEntropyReference.Run<double>(inputs.X, inputs.Weight, inputs.Targets, width, inputs.Count, 0.02, 1.5, inputs.Before);
        var plain = LinearCrossEntropyReference.Run<float>(inputs.X, inputs.Weight, inputs.Targets, width, inputs.Count, 0.02, 1.5, inputs.Before);
        var name = $"[{tokens}, {vocabulary}, {width}]";
        OperatorHarness.Check(
            $"{name}: dx", new Shape(tokens, width), reference.X, plain.X, vocabulary + width + 40,
            (device, dtype, output) => inputs.Run(device, dtype, output, null, reference), Tolerance.Backward);
        OperatorHarness.Check(
            $"{name}: dw", new Shape(vocabulary, width), reference.Weight, plain.Weight, tokens + width + 40,
            (device, dtype, output) => inputs.Run(device, dtype, null, output, reference), Tolerance.Backward);
    }

    [Fact]
    public void Gradients_are_the_central_differences_of_the_forward_pass()
    {
        var inputs = new CrossEntropyCase(5, 7, 3, 0);
        using var device = new CpuDevice(1);
        using var dx = Tensor.Allocate(device, new Shape(5, 3), DType.Float64);
        using var dw = TensorValues.From(device, new Shape(7, 3), DType.Float64, new double[21]);
        using (var x = TensorValues.From(device, new Shape(5, 3), DType.Float64, inputs.X))
        using (var weight = TensorValues.From(device, new Shape(7, 3), DType.Float64, inputs.Weight))
        {
            using var losses = Tensor.Allocate(device, new Shape(5), DType.Float64);
            using var logs = Tensor.Allocate(device, new Shape(5), DType.Float64);
            LinearCrossEntropy.Forward(x, weight, inputs.Targets, everyToken: false, losses, logs);
            LinearCrossEntropy.Backward(x, weight, inputs.Targets, logs, inputs.Count, 0.02, 1, dx, dw);
        }

        GradientChecks.AssertDifferences("dx", inputs.X, TensorValues.ToDoubles(dx), values => Loss(values, inputs.Weight));
        GradientChecks.AssertDifferences("dw", inputs.Weight, TensorValues.ToDoubles(dw), values => Loss(inputs.X, values));

        double Loss(double[] x, double[] weight)
        {
            using var movedX = TensorValues.From(device, new Shape(5, 3), DType.Float64, x);
            using var movedWeight = TensorValues.From(device, new Shape(7, 3), DType.Float64, weight);
            using var losses = Tensor.Allocate(device, new Shape(5), DType.Float64);
            using var logs = Tensor.Allocate(device, new Shape(5), DType.Float64);
            return LinearCrossEntropy.Forward(movedX, movedWeight, inputs.Targets, everyToken: false, losses, logs).Loss(0.02);
        }
    }

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void Without_a_target_the_loss_and_its_gradients_are_zero(DType dtype)
    {
        using var device = new CpuDevice(1);
        using var x = TensorValues.From(device, new Shape(3, 4), dtype, TensorValues.Normal(1, 12));
        using var weight = TensorValues.From(device, new Shape(5, 4), dtype, TensorValues.Normal(2, 20));
        using var losses = Tensor.Allocate(device, new Shape(3), DType.Float64);
        using var logs = Tensor.Allocate(device, new Shape(3), DType.Float64);
        using var dw = TensorValues.From(device, new Shape(5, 4), dtype, new double[20]);
        int[] none = [-1, -1, -1];
        var sums = LinearCrossEntropy.Forward(x, weight, none, everyToken: false, losses, logs);
        Assert.Equal(0, sums.TargetCount);
        Assert.Equal(0, sums.Loss(1));
        using var dx = TensorValues.From(device, new Shape(3, 4), dtype, TensorValues.Normal(3, 12));
        foreach (var count in (int[])[0, 7])
        {
            LinearCrossEntropy.Backward(x, weight, none, logs, count, 0.1, 1, dx, dw);
            Assert.All(TensorValues.ToDoubles(dx), value => Assert.Equal(0, value));
            Assert.All(TensorValues.ToDoubles(dw), value => Assert.Equal(0, value));
        }

        Assert.All(TensorValues.ToDoubles(logs), value => Assert.Equal(0, value));
        Assert.Equal(0, LinearCrossEntropy.Forward(x, weight, none, everyToken: true, losses, logs).TargetCount);
        Assert.All(TensorValues.ToDoubles(logs), value => Assert.NotEqual(0, value));
    }

    [Fact]
    public void Large_logits_do_not_overflow()
    {
        using var device = new CpuDevice(1);
        using var x = TensorValues.From(device, new Shape(2, 1), DType.Float32, [1000, -1000]);
        using var weight = TensorValues.From(device, new Shape(3, 1), DType.Float32, [1, -1, 0.5]);
        using var losses = Tensor.Allocate(device, new Shape(2), DType.Float64);
        using var logs = Tensor.Allocate(device, new Shape(2), DType.Float64);
        LinearCrossEntropy.Forward(x, weight, [0, 0], everyToken: false, losses, logs);
        Assert.Equal([0, 2000], TensorValues.ToDoubles(losses));
        Assert.Equal([1000, 1000], TensorValues.ToDoubles(logs));
    }

    [Fact]
    public void Nothing_is_allocated_and_wrong_arguments_are_named()
    {
        using var device = new CpuDevice(1);
        using var x = TensorValues.From(device, new Shape(20, 4), DType.Float32, TensorValues.Normal(1, 80));
        using var weight = TensorValues.From(device, new Shape(5, 4), DType.Float32, TensorValues.Normal(2, 20));
        using var losses = Tensor.Allocate(device, new Shape(20), DType.Float64);
        using var logs = Tensor.Allocate(device, new Shape(20), DType.Float64);
        using var dx = Tensor.Allocate(device, new Shape(20, 4), DType.Float32);
        using var dw = TensorValues.From(device, new Shape(5, 4), DType.Float32, new double[20]);
        using var single = Tensor.Allocate(device, new Shape(20), DType.Float32);
        var targets = new int[20];
        GradientChecks.AssertNoAllocation(() =>
        {
            LinearCrossEntropy.Forward(x, weight, targets, everyToken: true, losses, logs);
            LinearCrossEntropy.Backward(x, weight, targets, logs, 20, 0.1, 1, dx, dw);
        });
        targets[3] = 5;
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => LinearCrossEntropy.Forward(x, weight, targets, everyToken: true, losses, logs));
        Assert.Contains("target 3 is 5", error.Message, StringComparison.Ordinal);
        Assert.Throws<ShapeMismatchException>(() => LinearCrossEntropy.Forward(x, weight, [0], everyToken: true, losses, logs));
        Assert.Throws<DTypeMismatchException>(() => LinearCrossEntropy.Forward(x, weight, new int[20], everyToken: true, losses, single));
    }
}
