namespace PlamoNative.Engine;

/// <summary>A kernel is not in the library, or not for this device.</summary>
/// <param name="kernel">The name that was asked for.</param>
/// <param name="reason">What was found instead, with the nearest name if there is one.</param>
public sealed class KernelNotFoundException(string kernel, string reason) : Exception($"kernel '{OneLine.Clean(kernel)}': {reason}")
{
    /// <summary>The name that was asked for.</summary>
    public string Kernel { get; } = kernel;
}
