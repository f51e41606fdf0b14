using PlamoNative.Engine;

namespace PlamoNative.Assembly.Tests;

/// <summary>Every kernel of the product for every architecture that it is declared for, assembled once for all tests.</summary>
internal static class ShippedKernels
{
    private static readonly Lazy<IReadOnlyList<ShippedKernel>> Assembled = new(static () =>
    {
        var library = KernelLibrary.Default;
        var manifests = library.Kernels;
        var units = Assembler.AssembleAll([.. manifests.Select(kernel => new PtxUnit(kernel.Name, kernel.Entry, kernel.Architecture.ToString(), library.Text(kernel)))]);
        return [.. manifests.Zip(units, static (kernel, unit) => new ShippedKernel(kernel, unit))
            .OrderBy(static kernel => kernel.Manifest.Name, StringComparer.Ordinal).ThenBy(static kernel => kernel.Manifest.Architecture.ToString(), StringComparer.Ordinal)];
    });

    /// <summary>By name, then by architecture. Skips where the assembler is missing.</summary>
    internal static IReadOnlyList<ShippedKernel> All()
    {
        CudaTools.Require();
        return Assembled.Value;
    }
}

/// <summary>A kernel for one architecture.</summary>
internal sealed record ShippedKernel(KernelManifest Manifest, AssembledUnit Assembled)
{
    internal KernelPromise Promise { get; } = new(Manifest.BlockThreads, Manifest.MaximumRegisters, Manifest.Expects);

    internal IReadOnlyList<Complaint> Complaints() => [.. PtxLint.Check(Assembled.Unit), .. AssemblyLint.Check(Assembled, Promise)];
}
