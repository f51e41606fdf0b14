using System.Buffers;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>
/// Depthwise causal convolution and SiLU: <c>y[t, c] = SiLU(Σ_k weight[c, k] x[t - K + 1 + k, c])</c>, zeros (or the state's inputs) before a sequence.
/// The kernel is in CausalConv1d.Cpu.cs.
/// </summary>
internal static partial class CausalConv1d
{
    /// <summary>The longest filter that is supported.</summary>
    public const int MaxKernelSize = 64;

    /// <summary>Runs the operator and advances the states.</summary>
    /// <param name="input">[T, C], or [T, H, P] with H · P = C; outer axes may be strided.</param>
    /// <param name="weight">[C, 1, K] or [C, K], dense, of the input's type.</param>
    /// <param name="offsets">Borders of the sequences.</param>
    /// <param name="states">None, or one a sequence: [K - 1, C] of the input's type.</param>
    /// <param name="output">[T, C], dense; not the input.</param>
    public static unsafe void Forward(Tensor input, Tensor weight, SequenceOffsets offsets, ReadOnlySpan<ConvState> states, Tensor output)
    {
        var (channels, kernelSize) = Check(input, weight, offsets, states, output);
        if (channels == 0 || offsets.TokenCount == 0)
        {
            return;
        }

        if (output.Device is CudaDevice device)
        {
            OnGpu(device, input, weight, offsets, states, output, checked((int)channels), kernelSize);
            return;
        }

        var workers = OperatorChecks.Workers(nameof(CausalConv1d), output);

        var view = new RowView(input);
        var heads = input.Shape.Rank == 3 ? checked((int)input.Shape[1]) : 1;
        var addresses = ArrayPool<nint>.Shared.Rent(Math.Max(1, states.Length));
        for (var i = 0; i < states.Length; i++)
        {
            addresses[i] = (nint)states[i].Values.Pointer;
        }

        fixed (int* borders = offsets.Span)
        fixed (nint* stateAddress = addresses)
        {
            var kernel = new Kernel
            {
                Input = view, Output = new RowView(output), Weight = weight.Pointer, Borders = borders, Sequences = offsets.Count,
                States = states.Length == 0 ? null : stateAddress, Heads = heads, Width = view.Width, KernelSize = kernelSize, Tokens = offsets.TokenCount,
            };
            SimdKernelRunner.Run(workers, kernel, input.DType, kernel.Items, kernel.ElementsAnItem);

            // Only now: until all outputs are there the old inputs are needed.
            var bytes = input.DType.BlockBytes();
            for (var s = 0; s < states.Length; s++)
            {
                Advance(view, heads, borders[s], borders[s + 1], (byte*)stateAddress[s], kernelSize, bytes);
            }
        }

        ArrayPool<nint>.Shared.Return(addresses);
    }

    private static unsafe void Advance(in RowView input, int heads, int first, int end, byte* state, int kernelSize, int bytes)
    {
        var rowBytes = (long)heads * input.Width * bytes;
        var length = end - first;
        for (var j = 0; j < kernelSize - 1; j++)
        {
            var to = state + (j * rowBytes);
            var token = length - kernelSize + 1 + j;
            if (token < 0)
            {
                Buffer.MemoryCopy(state + ((length + j) * rowBytes), to, rowBytes, rowBytes);
                continue;
            }

            var headBytes = (long)input.Width * bytes;
            for (var head = 0; head < heads; head++)
            {
                Buffer.MemoryCopy(input.Row((((long)first + token) * heads) + head), to + (head * headBytes), headBytes, headBytes);
            }
        }
    }

    private static (long Channels, int KernelSize) Check(
        Tensor input, Tensor weight, SequenceOffsets offsets, ReadOnlySpan<ConvState> states, Tensor output)
    {
        const string Name = nameof(CausalConv1d);
        OperatorChecks.Activation(Name, nameof(input), input);
        ArgumentNullException.ThrowIfNull(weight);
        ArgumentNullException.ThrowIfNull(offsets);
        var shape = input.Shape;
        if (shape.Rank is not (2 or 3) || shape[0] != offsets.TokenCount)
        {
            Throw.ShapeMismatch(Name, nameof(input), $"[{offsets.TokenCount}, C] or [{offsets.TokenCount}, H, P]", shape.ToString());
        }

        var channels = shape.Rank == 3 ? checked(shape[1] * shape[2]) : shape[1];
        var rank = weight.Shape.Rank;
        if (rank is not (2 or 3) || weight.Shape[^1] is < 1 or > MaxKernelSize)
        {
            Throw.ShapeMismatch(Name, nameof(weight), $"[{channels}, 1, K] or [{channels}, K] with K from 1 to {MaxKernelSize}", weight.Shape.ToString());
        }

        var kernelSize = weight.Shape[^1];
        OperatorChecks.Dense(Name, nameof(weight), weight, rank == 3 ? new Shape(channels, 1, kernelSize) : new Shape(channels, kernelSize), input.DType);
        OperatorChecks.Dense(Name, nameof(output), output, new Shape(shape[0], channels), input.DType);
        if (states.Length != 0 && states.Length != offsets.Count)
        {
            Throw.ShapeMismatch(Name, nameof(states), $"no state or {offsets.Count}, one a sequence", $"{states.Length} states");
        }

        foreach (var state in states)
        {
            ArgumentNullException.ThrowIfNull(state, nameof(states));
            OperatorChecks.Dense(Name, nameof(states), state.Values, new Shape(kernelSize - 1, channels), input.DType);
        }

        return (channels, (int)kernelSize);
    }
}
