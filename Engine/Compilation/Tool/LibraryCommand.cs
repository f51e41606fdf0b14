using System.Diagnostics;

namespace PlamoNative.Compilation.Tool;

/// <summary>For the build: every kernel for every architecture, as one file.</summary>
internal static class LibraryCommand
{
    public static int Run(KernelCompiler compiler, string library, string? cache)
    {
        var clock = Stopwatch.StartNew();
        var builder = new KernelLibraryBuilder(compiler, cache);
        var bytes = builder.Build();
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(library))!);

        // Written even where nothing changed: its time tells the build that it is newer than the kernels' assembly.
        File.WriteAllBytes(library, bytes);
        Console.WriteLine(FormattableString.Invariant($"{compiler.Kernels.Count} kernels, {builder.Compiled} texts compiled anew, {bytes.Length} bytes, {clock.Elapsed.TotalSeconds:F1} s"));
        return 0;
    }
}
