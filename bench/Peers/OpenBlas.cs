using System.Runtime.InteropServices;

namespace PlamoNative.Bench.Peers;

/// <summary>The one routine of OpenBLAS that we race against, and its thread count.</summary>
internal static unsafe partial class OpenBlas
{
    /// <summary>Where Debian's libopenblas0-pthread puts the library, most particular first.</summary>
    private static readonly string[] Candidates =
        ["openblas-pthread/libopenblas.so.0", "libopenblas.so.0", "libopenblas.so", "libopenblas.dylib", "libopenblas.dll"];

    /// <summary>Variables that change what OpenBLAS does; some environments set them, and a race must not be won that way.</summary>
    public static readonly string[] Variables = ["OPENBLAS_CORETYPE", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "GOTO_NUM_THREADS"];

    private const string Library = "openblas";
    private const int RowMajor = 101;
    private const int NoTranspose = 111;

    /// <summary>Finds the library; null when this machine has none.</summary>
    public static nint? TryLoad()
    {
        foreach (var name in Candidates)
        {
            if (NativeLibrary.TryLoad(name, typeof(OpenBlas).Assembly, DllImportSearchPath.SafeDirectories, out var handle)
                || (OperatingSystem.IsLinux() && NativeLibrary.TryLoad($"/usr/lib/{Triplet}/{name}", out handle)))
            {
                NativeLibrary.SetDllImportResolver(typeof(OpenBlas).Assembly, (library, _, _) => library == Library ? handle : 0);
                return handle;
            }
        }

        return null;
    }

    /// <summary>What the library says about itself: version, threading, the core that it detected.</summary>
    public static string Configuration => Marshal.PtrToStringUTF8(GetConfig()) ?? "";

    /// <summary>Threads of the calls that follow.</summary>
    public static void UseThreads(int count) => SetThreads(count);

    /// <summary>C = A · B, square, row-major.</summary>
    public static void Multiply(int size, nint a, nint b, nint c) =>
        Sgemm(RowMajor, NoTranspose, NoTranspose, size, size, size, 1, (float*)a, size, (float*)b, size, 0, (float*)c, size);

    private static string Triplet => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "aarch64-linux-gnu" : "x86_64-linux-gnu";

    [LibraryImport(Library, EntryPoint = "cblas_sgemm")]
    private static partial void Sgemm(
        int order, int transposeA, int transposeB, int m, int n, int k, float alpha, float* a, int lda, float* b, int ldb, float beta, float* c, int ldc);

    [LibraryImport(Library, EntryPoint = "openblas_set_num_threads")]
    private static partial void SetThreads(int count);

    [LibraryImport(Library, EntryPoint = "openblas_get_config")]
    private static partial nint GetConfig();
}
