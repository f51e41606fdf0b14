using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <content>The passes on a GPU: the processor's, launch by launch, with blocks of their own size.</content>
public static unsafe partial class LinearCrossEntropy
{
    private static CrossEntropySums ForwardOnGpu(
        CudaDevice device, Tensor x, Tensor weight, ReadOnlySpan<int> targets, bool everyToken, Tensor crossEntropy, Tensor logSumExp)
    {
        var vocabulary = CheckOnGpu(device, x, weight, targets);
        Clear(device, nameof(crossEntropy), crossEntropy, targets.Length);
        Clear(device, nameof(logSumExp), logSumExp, targets.Length);
        using var head = new HeadOnDevice(device, x, weight, vocabulary, targets, everyToken, wholeVocabulary: false);
        var block = head;
        while (block.Next())
        {
            for (var v = 0; v < vocabulary; v += block.ColumnsAtOnce)
            {
                block.Logits(v);
                block.AddExponentials(v);
            }

            block.Finish(crossEntropy, logSumExp, 0, 0);
        }

        return block.Totals(targets, crossEntropy, logSumExp);
    }

    private static void BackwardOnGpu(
        CudaDevice device, Tensor x, Tensor weight, ReadOnlySpan<int> targets, Tensor logSumExp, long targetCount, double zLossWeight, double lossGradient,
        Tensor inputGradient, Tensor weightGradient)
    {
        var vocabulary = CheckOnGpu(device, x, weight, targets);
        OperatorChecks.Dense(Name, nameof(logSumExp), logSumExp, new Shape(targets.Length), DType.Float64);
        DeviceLaunch.Same(Name, nameof(logSumExp), logSumExp, device);
        CheckGradients(device, x, weight, targetCount, inputGradient, weightGradient);
        ClearRows(device, inputGradient);
        if (targetCount == 0)
        {
            return;
        }

        var unit = lossGradient / targetCount;
        using var head = new HeadOnDevice(device, x, weight, vocabulary, targets, everyToken: false, wholeVocabulary: false);
        var block = head;
        while (block.Next())
        {
            block.Recall(logSumExp, unit, zLossWeight);
            for (var v = 0; v < vocabulary; v += block.ColumnsAtOnce)
            {
                block.Logits(v);
                block.ToGradients(v, unit);
                block.AddGradients(v, weightGradient);
            }

            block.Scatter(inputGradient);
        }
    }

    private static CrossEntropySums ForwardBackwardOnGpu(
        CudaDevice device, Tensor x, Tensor weight, ReadOnlySpan<int> targets, long targetCount, double zLossWeight, double lossGradient, Tensor? crossEntropy,
        Tensor? logSumExp, Tensor inputGradient, Tensor weightGradient)
    {
        var vocabulary = CheckOnGpu(device, x, weight, targets);
        CheckGradients(device, x, weight, targetCount, inputGradient, weightGradient);
        using var ownLosses = crossEntropy is null ? Tensor.Allocate(device, new Shape(targets.Length), DType.Float64) : null;
        using var ownLogs = logSumExp is null ? Tensor.Allocate(device, new Shape(targets.Length), DType.Float64) : null;
        var (losses, logs) = (crossEntropy ?? ownLosses!, logSumExp ?? ownLogs!);
        Clear(device, nameof(crossEntropy), losses, targets.Length);
        Clear(device, nameof(logSumExp), logs, targets.Length);
        ClearRows(device, inputGradient);
        var unit = targetCount == 0 ? 0 : lossGradient / targetCount;
        using var head = new HeadOnDevice(device, x, weight, vocabulary, targets, everyToken: false, wholeVocabulary: true);
        var block = head;
        while (block.Next())
        {
            block.Logits(0);
            block.AddExponentials(0);
            block.Finish(losses, logs, unit, zLossWeight);
            if (unit != 0)
            {
                block.ToGradients(0, unit);
                block.AddGradients(0, weightGradient);
                block.Scatter(inputGradient);
            }
        }

        return block.Totals(targets, losses, logs);
    }

    private static int CheckOnGpu(CudaDevice device, Tensor x, Tensor weight, ReadOnlySpan<int> targets)
    {
        var vocabulary = HeadProblem.Check(Name, x, weight, targets);
        DeviceLaunch.Single(Name, x);
        DeviceLaunch.Same(Name, nameof(weight), weight, device);
        return vocabulary;
    }

    private static void CheckGradients(CudaDevice device, Tensor x, Tensor weight, long targetCount, Tensor inputGradient, Tensor weightGradient)
    {
        OperatorChecks.Activation(Name, nameof(inputGradient), inputGradient, x.Shape, x.DType);
        OperatorChecks.Dense(Name, nameof(weightGradient), weightGradient, weight.Shape, x.DType);
        ArgumentOutOfRangeException.ThrowIfNegative(targetCount);
        DeviceLaunch.Same(Name, nameof(inputGradient), inputGradient, device);
        DeviceLaunch.Same(Name, nameof(weightGradient), weightGradient, device);
    }

    private static void Clear(CudaDevice device, string name, Tensor perToken, int tokens)
    {
        OperatorChecks.Dense(Name, name, perToken, new Shape(tokens), DType.Float64);
        DeviceLaunch.Same(Name, name, perToken, device);
        device.Fill(perToken.Address, 0, tokens * (long)sizeof(double));
    }

    private static void ClearRows(CudaDevice device, Tensor rows) => device.Kernel("HeadKernels.Clear").Launch(new GridSize(rows.Shape[0]))
        .View(rows).Long(GemmLaunch.Stride(rows)).Int((int)rows.Shape[1]).Run();
}
