namespace PlamoNative.Engine;

/// <summary>A launch does not pass what the kernel takes.</summary>
/// <param name="kernel">The kernel's name.</param>
/// <param name="problem">Which argument, what is expected, what was given.</param>
public sealed class KernelArgumentException(string kernel, string problem) : ArgumentException($"{kernel}: {problem}")
{
    /// <summary>The kernel's name.</summary>
    public string Kernel { get; } = kernel;
}
