using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>Rotary embedding, rotate-half: the pair (i, i + P/2) of each head is turned by <c>positions[t] · theta^(-2i/P)</c>. The kernel is in RotaryEmbedding.Cpu.cs.</summary>
internal static partial class RotaryEmbedding
{
    /// <summary>Runs the operator.</summary>
    /// <param name="input">[T, H, P], P even; T and H may be strided.</param>
    /// <param name="positions">T positions; negative ones turn backwards.</param>
    /// <param name="theta">Base of the angles, positive.</param>
    /// <param name="output">As the input, dense; may be a dense input itself.</param>
    public static void Forward(Tensor input, ReadOnlySpan<long> positions, double theta, Tensor output)
    {
        OperatorChecks.Activation(nameof(RotaryEmbedding), nameof(input), input);
        OperatorChecks.Dense(nameof(RotaryEmbedding), nameof(output), output, input.Shape, input.DType);
        Turn(input, positions, theta, output, 1);
    }

    /// <summary>Turns by <paramref name="direction"/> (1 or -1) times the angles; the output's rows may be strided.</summary>
    internal static unsafe void Turn(Tensor input, ReadOnlySpan<long> positions, double theta, Tensor output, double direction)
    {
        OperatorChecks.Rank(nameof(RotaryEmbedding), nameof(input), input, 3);
        if (input.Shape[2] % 2 != 0)
        {
            Throw.ShapeMismatch(nameof(RotaryEmbedding), nameof(input), "an even head size", input.Shape.ToString());
        }

        if (positions.Length != input.Shape[0])
        {
            Throw.ShapeMismatch(nameof(RotaryEmbedding), nameof(positions), $"{input.Shape[0]} positions for {input.Shape}", $"{positions.Length} positions");
        }

        if (!(theta > 0) || double.IsPositiveInfinity(theta))
        {
            throw new ArgumentOutOfRangeException(nameof(theta), theta, "the base of rotary angles is positive and finite");
        }

        if (output.Device is CudaDevice device)
        {
            OnGpu(device, input, positions, theta, output, direction);
            return;
        }

        var workers = OperatorChecks.Workers(nameof(RotaryEmbedding), output);
        var headSize = checked((int)input.Shape[2]);
        if (headSize == 0)
        {
            return;
        }

        fixed (long* position = positions)
        fixed ((double High, double Low)* frequency = RotaryFrequencies.Get(theta, headSize))
        {
            var kernel = new Kernel
            {
                Input = new RowView(input), Output = new RowView(output), Heads = checked((int)input.Shape[1]), Half = headSize / 2,
                Positions = position, Frequencies = frequency, Direction = direction,
            };
            SimdKernelRunner.Run(workers, kernel, input.DType, input.Shape[0], (kernel.Heads + CostOfAngles) * (long)headSize);
        }
    }
}
