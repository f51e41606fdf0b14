namespace PlamoNative.Engine;

/// <summary>The processor was to read or write memory that only a GPU can touch: a kernel of the processor got a GPU's tensor, or a copy is missing.</summary>
/// <param name="what">The tensor and its device.</param>
public sealed class HostAccessException(string what)
    : InvalidOperationException($"{what}: the processor cannot touch this memory; copy it first (Tensor.CopyTo, Tensor.To)")
{
}
