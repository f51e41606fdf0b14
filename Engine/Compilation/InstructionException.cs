namespace PlamoNative.Compilation;

/// <summary>A call to a custom instruction cannot be written; becomes the reason of a <see cref="KernelCompilationException"/>.</summary>
internal sealed class InstructionException(string message, Exception? inner = null) : Exception(message, inner);
