using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>
/// The gradients of <see cref="RmsNorm"/>: with w' = weight + offset and r = (mean x² + epsilon)^(-1/2),
/// <c>dx = r (w' dy - x r² mean(w' dy x))</c>, <c>dw = Σ_t dy x r</c>. The kernel is in RmsNormBackward.Cpu.cs.
/// </summary>
public static partial class RmsNormBackward
{
    /// <summary>Runs the operator; r is recomputed.</summary>
    /// <param name="input">[T, D], or [T, H, P], as the forward pass saw it; outer axes may be strided.</param>
    /// <param name="weight">[D], or [H, P]; of the input's type.</param>
    /// <param name="offset">Added to the weight.</param>
    /// <param name="epsilon">Added to the mean square.</param>
    /// <param name="outputGradient">dy, as the input; outer axes may be strided.</param>
    /// <param name="inputGradient">dx, as the input; outer axes may be strided; may be <paramref name="outputGradient"/> itself.</param>
    /// <param name="accumulate">Add dx to what is there (the gradient that came past the norm) instead of overwriting it.</param>
    /// <param name="weightGradient">dw, as the weight, dense; always added to.</param>
    public static unsafe void Run(
        Tensor input, Tensor weight, double offset, double epsilon, Tensor outputGradient, Tensor inputGradient, bool accumulate, Tensor weightGradient)
    {
        const string Name = nameof(RmsNormBackward);
        OperatorChecks.Activation(Name, nameof(input), input);
        if (input.Shape.Rank is not (2 or 3))
        {
            Throw.ShapeMismatch(Name, nameof(input), "[T, D] or [T, H, P]", input.Shape.ToString());
        }

        var heads = input.Shape.Rank == 3 ? checked((int)input.Shape[1]) : 1;
        var expected = input.Shape.Rank == 3 ? new Shape(heads, input.Shape[2]) : new Shape(input.Shape[1]);
        OperatorChecks.Dense(Name, nameof(weight), weight, expected, input.DType);
        OperatorChecks.Activation(Name, nameof(outputGradient), outputGradient, input.Shape, input.DType);
        OperatorChecks.Activation(Name, nameof(inputGradient), inputGradient, input.Shape, input.DType);
        OperatorChecks.Dense(Name, nameof(weightGradient), weightGradient, expected, input.DType);
        var tokens = checked((int)input.Shape[0]);
        var weights = checked((int)expected.ElementCount);
        if (tokens == 0 || weights == 0)
        {
            return;
        }

        if (inputGradient.Device is CudaDevice device)
        {
            OnGpu(device, input, weight, heads, offset, epsilon, outputGradient, inputGradient, accumulate, weightGradient);
            return;
        }

        var workers = OperatorChecks.Workers(Name, inputGradient);
        var blocks = PartialSums.Blocks(tokens);
        using var partials = ScratchBuffer.Rent(checked((nint)blocks * weights * (input.DType.BlockBytes() / sizeof(float))));
        var kernel = new Kernel
        {
            Input = new RowView(input), OutputGradient = new RowView(outputGradient), InputGradient = new RowView(inputGradient), Weight = weight.Pointer,
            Partials = partials.Floats, Tokens = tokens, Heads = heads, Offset = offset, Epsilon = epsilon, Accumulate = accumulate,
        };
        SimdKernelRunner.Run(workers, kernel, input.DType, blocks, 6L * weights * Math.Min(tokens, PartialSums.TokensABlock));
        PartialSums.AddTo(workers, input.DType, partials.Floats, blocks, weights, weightGradient.Pointer);
    }
}
