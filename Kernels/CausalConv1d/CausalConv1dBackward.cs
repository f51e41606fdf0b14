using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>
/// The gradients of <see cref="CausalConv1d"/> over whole sequences (zeros before each): with <c>g_t = dy_t SiLU'(u_t)</c>, u recomputed,
/// <c>dx_t = Σ_k w_k g_{t + K - 1 - k}</c> over tokens of the same sequence and <c>dw_k = Σ_t g_t x_{t - K + 1 + k}</c>.
/// The kernel is in CausalConv1dBackward.Cpu.cs.
/// </summary>
public static partial class CausalConv1dBackward
{
    /// <summary>Runs the operator.</summary>
    /// <param name="input">[T, C], or [T, H, P] with H · P = C, as the forward pass saw it; outer axes may be strided.</param>
    /// <param name="weight">[C, 1, K] or [C, K], dense, of the input's type.</param>
    /// <param name="offsets">Borders of the sequences.</param>
    /// <param name="outputGradient">dy, [T, C], dense.</param>
    /// <param name="inputGradient">dx, as the input; outer axes may be strided; neither the input nor dy. Overwritten.</param>
    /// <param name="weightGradient">dw, as the weight, dense; always added to.</param>
    public static unsafe void Run(Tensor input, Tensor weight, SequenceOffsets offsets, Tensor outputGradient, Tensor inputGradient, Tensor weightGradient)
    {
        var (channels, kernelSize) = Check(input, weight, offsets, outputGradient, inputGradient, weightGradient);
        if (channels == 0 || offsets.TokenCount == 0)
        {
            return;
        }

        if (inputGradient.Device is CudaDevice device)
        {
            OnGpu(device, input, weight, offsets, outputGradient, inputGradient, weightGradient, channels, kernelSize);
            return;
        }

        var workers = OperatorChecks.Workers(nameof(CausalConv1dBackward), inputGradient);

        var view = new RowView(input);
        var blocks = PartialSums.Blocks(offsets.TokenCount);
        var weights = checked(channels * kernelSize);
        using var partials = ScratchBuffer.Rent(checked((nint)blocks * weights * (input.DType.BlockBytes() / sizeof(float))));
        fixed (int* borders = offsets.Span)
        {
            var kernel = new Kernel
            {
                Input = view, OutputGradient = new RowView(outputGradient), InputGradient = new RowView(inputGradient), Weight = weight.Pointer,
                Partials = partials.Floats, Borders = borders, Sequences = offsets.Count, Heads = channels / view.Width, Width = view.Width,
                KernelSize = kernelSize, Tokens = offsets.TokenCount,
            };
            SimdKernelRunner.Run(workers, kernel, input.DType, kernel.Items, kernel.ElementsAnItem);
        }

        PartialSums.AddTo(workers, input.DType, partials.Floats, blocks, weights, weightGradient.Pointer);
    }

    private static (int Channels, int KernelSize) Check(
        Tensor input, Tensor weight, SequenceOffsets offsets, Tensor outputGradient, Tensor inputGradient, Tensor weightGradient)
    {
        const string Name = nameof(CausalConv1dBackward);
        OperatorChecks.Activation(Name, nameof(input), input);
        ArgumentNullException.ThrowIfNull(weight);
        ArgumentNullException.ThrowIfNull(offsets);
        var shape = input.Shape;
        if (shape.Rank is not (2 or 3) || shape[0] != offsets.TokenCount)
        {
            Throw.ShapeMismatch(Name, nameof(input), $"[{offsets.TokenCount}, C] or [{offsets.TokenCount}, H, P]", shape.ToString());
        }

        var channels = checked((int)(shape.Rank == 3 ? shape[1] * shape[2] : shape[1]));
        var rank = weight.Shape.Rank;
        if (rank is not (2 or 3) || weight.Shape[^1] is < 1 or > CausalConv1d.MaxKernelSize)
        {
            Throw.ShapeMismatch(
                Name, nameof(weight), $"[{channels}, 1, K] or [{channels}, K] with K from 1 to {CausalConv1d.MaxKernelSize}", weight.Shape.ToString());
        }

        var kernelSize = (int)weight.Shape[^1];
        var expected = rank == 3 ? new Shape(channels, 1, kernelSize) : new Shape(channels, kernelSize);
        OperatorChecks.Dense(Name, nameof(weight), weight, expected, input.DType);
        OperatorChecks.Dense(Name, nameof(outputGradient), outputGradient, new Shape(shape[0], channels), input.DType);
        OperatorChecks.Activation(Name, nameof(inputGradient), inputGradient, shape, input.DType);
        OperatorChecks.Dense(Name, nameof(weightGradient), weightGradient, expected, input.DType);
        return (channels, kernelSize);
    }
}
