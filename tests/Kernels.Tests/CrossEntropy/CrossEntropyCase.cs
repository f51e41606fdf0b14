using PlamoNative.Engine;
using PlamoNative.Tests;
using PlamoNative.Tests.References;
using Xunit;

namespace PlamoNative.Kernels.Tests;

/// <summary>Random operands, every third token without a target.</summary>
internal sealed class CrossEntropyCase
{
    private readonly int _width;
    private readonly int _padding;

    public CrossEntropyCase(int tokens, int vocabulary, int width, int padding)
    {
        (_width, _padding) = (width, padding);
        X = TensorValues.Normal(1, (long)tokens * width);
        Weight = TensorValues.Normal(2, (long)vocabulary * width, 0.5);
        Before = TensorValues.Normal(3, (long)vocabulary * width, 0.1);
        var random = new Random(4);
        Targets = [.. Enumerable.Range(0, tokens).Select(t => t % 3 == 1 ? -1 : random.Next(vocabulary))];
        Count = Targets.Count(t => t >= 0);
    }

    public double[] X { get; }

    public double[] Weight { get; }

    public double[] Before { get; }

    public int[] Targets { get; }

    public int Count { get; }

    public void Run(Device device, DType dtype, Tensor? dx, Tensor? dw, LinearCrossEntropyReference.Result reference)
    {
        var (inputShape, weightShape) = (new Shape(Targets.Length, _width), new Shape(Weight.Length / _width, _width));
        using var x = TensorValues.Strided(device, inputShape, dtype, X, _padding);
        using var weight = TensorValues.From(device, weightShape, dtype, Weight);
        using var losses = new GuardBands(device, new Shape(Targets.Length), DType.Float64);
        using var logs = new GuardBands(device, new Shape(Targets.Length), DType.Float64);
        using var unused = Tensor.Allocate(device, dx is null ? inputShape : weightShape, dtype);
        GradientChecks.Fill(dw ?? unused, dx is null ? Before : new double[Weight.Length]);
        var sums = LinearCrossEntropy.Forward(x, weight, Targets, everyToken: true, losses.Tensor, logs.Tensor);
        var bound = dtype == DType.Float64 ? 1e-13 : 2e-6;
        Assert.InRange(Math.Abs(sums.Loss(0.02) - reference.Loss), 0, bound * reference.Loss);
        Assert.InRange(Tolerance.RelativeError(reference.CrossEntropy, TensorValues.ToDoubles(losses.Tensor)), 0, bound);
        Assert.InRange(Tolerance.RelativeError(reference.LogSumExp, TensorValues.ToDoubles(logs.Tensor)), 0, bound);
        LinearCrossEntropy.Backward(x, weight, Targets, logs.Tensor, Count, 0.02, 1.5, dx ?? unused, dw ?? unused);
        losses.Check();
        logs.Check();
    }

    /// <summary>The one-pass form, its loss and both per-token outputs checked as well.</summary>
    public void RunAtOnce(Device device, DType dtype, Tensor? dx, Tensor? dw, LinearCrossEntropyReference.Result reference)
    {
        var (inputShape, weightShape) = (new Shape(Targets.Length, _width), new Shape(Weight.Length / _width, _width));
        using var x = TensorValues.Strided(device, inputShape, dtype, X, _padding);
        using var weight = TensorValues.From(device, weightShape, dtype, Weight);
        using var losses = new GuardBands(device, new Shape(Targets.Length), DType.Float64);
        using var logs = new GuardBands(device, new Shape(Targets.Length), DType.Float64);
        using var unused = Tensor.Allocate(device, dx is null ? inputShape : weightShape, dtype);
        GradientChecks.Fill(dw ?? unused, dx is null ? Before : new double[Weight.Length]);
        var sums = LinearCrossEntropy.ForwardBackward(
            x, weight, Targets, Count, 0.02, 1.5, losses.Tensor, logs.Tensor, dx ?? unused, dw ?? unused);
        var bound = dtype == DType.Float64 ? 1e-13 : 2e-6;
        Assert.Equal(Count, sums.TargetCount);
        Assert.InRange(Math.Abs(sums.Loss(0.02) - reference.Loss), 0, bound * reference.Loss);
        Assert.InRange(Tolerance.RelativeError(reference.CrossEntropy, TensorValues.ToDoubles(losses.Tensor)), 0, bound);
        double[] logsOfTargets = [.. reference.LogSumExp.Select((log, t) => Targets[t] < 0 ? 0 : log)];
        Assert.InRange(Tolerance.RelativeError(logsOfTargets, TensorValues.ToDoubles(logs.Tensor)), 0, bound);
        losses.Check();
        logs.Check();
    }
}
