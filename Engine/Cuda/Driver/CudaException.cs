namespace PlamoNative.Engine;

/// <summary>The NVIDIA driver refused a call, or reports that earlier work on the device failed.</summary>
public sealed class CudaException : Exception
{
    /// <summary>Creates the exception for one call.</summary>
    /// <param name="code">The driver's result code.</param>
    /// <param name="name">Its name, such as <c>CUDA_ERROR_ILLEGAL_ADDRESS</c>.</param>
    /// <param name="text">The driver's sentence about it.</param>
    /// <param name="call">The driver function.</param>
    /// <param name="kernel">The kernel that was launched or loaded; for errors of earlier work the last that was launched.</param>
    /// <param name="detail">The configuration of the launch, or the assembler's log.</param>
    public CudaException(int code, string name, string text, string call, string? kernel = null, string? detail = null)
        : base($"{call}: {name} ({code}): {text}{(kernel is null ? "" : $"; kernel '{kernel}'")}{(string.IsNullOrEmpty(detail) ? "" : $"; {detail}")}")
    {
        (Code, Name, Call, Kernel, Detail) = (code, name, call, kernel, detail);
    }

    /// <summary>The driver's result code.</summary>
    public int Code { get; }

    /// <summary>
    /// Whether the context is lost with it: a kernel did what no later call recovers from (an illegal or misaligned access, an illegal instruction, a trap, an
    /// assertion, a time-out), and every call of this process on the device fails from now on.
    /// </summary>
    public bool IsSticky => Code is 700 or 702 or 710 or (>= 714 and <= 719);

    /// <summary>The code's name.</summary>
    public string Name { get; }

    /// <summary>The driver function that was called.</summary>
    public string Call { get; }

    /// <summary>The kernel, or null.</summary>
    public string? Kernel { get; }

    /// <summary>The launch's configuration or the assembler's log, or null.</summary>
    public string? Detail { get; }
}
