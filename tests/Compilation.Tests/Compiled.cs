namespace PlamoNative.Compilation.Tests;

/// <summary>The example kernels of this assembly, compiled.</summary>
internal static class Compiled
{
    public static KernelCompiler Compiler { get; } = new(typeof(Compiled).Assembly);

    public static KernelDefinition Kernel(string name) => Compiler.Kernels.Single(k => k.Name == name);

    public static CompiledPtx Ptx(string name, string target) => Compiler.Compile(Kernel(name), PtxTarget.Parse(target));
}
