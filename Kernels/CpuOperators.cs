using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>The operators on the processor, direct: each call runs its kernel now, into a tensor of the scope.</summary>
/// <param name="scope">Owns the outputs; its device is a <see cref="CpuDevice"/>.</param>
/// <param name="activations">How activations meet block-quantised weights.</param>
public sealed class CpuOperators(TensorScope scope, ActivationMode activations = ActivationMode.Exact)
{
    /// <summary>Owns the outputs.</summary>
    public TensorScope Scope { get; } = scope ?? throw new ArgumentNullException(nameof(scope));

    /// <summary>How activations meet block-quantised weights.</summary>
    public ActivationMode Activations { get; } = activations;
}
