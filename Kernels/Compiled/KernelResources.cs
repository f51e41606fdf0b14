namespace PlamoNative.Kernels.Ptx;

/// <summary>
/// Marks the assembly whose resource <c>kernels.bin</c> holds the compiled kernels. Engine finds the assembly by this type's name, which trimmers and the ahead-of-time compiler see too.
/// </summary>
internal static class KernelResources;
