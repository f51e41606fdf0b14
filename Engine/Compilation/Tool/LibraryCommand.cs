using System.Diagnostics;
using System.Security.Cryptography;

namespace PlamoNative.Compilation.Tool;

/// <summary>For the build: every kernel for every architecture, as one file.</summary>
internal static class LibraryCommand
{
    public static int Run(KernelCompiler compiler, string library, string? cache)
    {
        var clock = Stopwatch.StartNew();
        var builder = new KernelLibraryBuilder(compiler, cache);
        var stampFile = cache == null ? null : Path.Combine(cache, "library.txt");
        if (stampFile != null && File.Exists(stampFile) && File.Exists(library) && File.ReadAllText(stampFile) == Stamp(builder, File.ReadAllBytes(library)))
        {
            // Its time tells the build that it is newer than the kernels' assembly.
            File.SetLastWriteTimeUtc(library, DateTime.UtcNow);
            return 0;
        }

        var bytes = builder.Build();
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(library))!);
        File.WriteAllBytes(library, bytes);
        if (stampFile != null)
        {
            File.WriteAllText(stampFile, Stamp(builder, bytes));
        }

        Console.WriteLine(FormattableString.Invariant($"{compiler.Kernels.Count} kernels, {builder.Compiled} texts compiled anew, {bytes.Length} bytes, {clock.Elapsed.TotalSeconds:F1} s"));
        return 0;
    }

    private static string Stamp(KernelLibraryBuilder builder, byte[] bytes) => $"{builder.Stamp} {Convert.ToHexStringLower(SHA256.HashData(bytes))}";
}
