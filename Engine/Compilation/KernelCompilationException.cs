namespace PlamoNative.Compilation;

/// <summary>A kernel could not be compiled: its name, its method and what the compiler said.</summary>
public sealed class KernelCompilationException : Exception
{
    internal KernelCompilationException(string kernel, string method, string reason, Exception? inner = null)
        : base($"kernel {kernel} ({method}) does not compile: {reason}", inner)
        => (Kernel, Method, Reason) = (kernel, method, reason);

    /// <summary>The kernel's name.</summary>
    public string Kernel { get; }

    /// <summary>Its method, with the class's full name.</summary>
    public string Method { get; }

    /// <summary>What was wrong, innermost reason first.</summary>
    public string Reason { get; }
}
