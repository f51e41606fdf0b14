using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>The gradient of <see cref="RotaryEmbedding"/>: a rotation's transpose is the rotation by the opposite angle, so it needs no input.</summary>
public static class RotaryEmbeddingBackward
{
    /// <summary>Runs the operator.</summary>
    /// <param name="outputGradient">[T, H, P], P even; T and H may be strided.</param>
    /// <param name="positions">The forward pass's T positions.</param>
    /// <param name="theta">The forward pass's base.</param>
    /// <param name="inputGradient">As <paramref name="outputGradient"/>, or that itself; T and H may be strided. Overwritten.</param>
    public static void Run(Tensor outputGradient, ReadOnlySpan<long> positions, double theta, Tensor inputGradient)
    {
        OperatorChecks.Activation(nameof(RotaryEmbeddingBackward), nameof(outputGradient), outputGradient);
        OperatorChecks.Activation(nameof(RotaryEmbeddingBackward), nameof(inputGradient), inputGradient, outputGradient.Shape, outputGradient.DType);
        RotaryEmbedding.Turn(outputGradient, positions, theta, inputGradient, -1);
    }
}
