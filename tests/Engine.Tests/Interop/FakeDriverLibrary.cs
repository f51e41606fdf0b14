using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Xunit;

namespace PlamoNative.Engine.Tests.Interop;

/// <summary>The library of <c>fake_driver.c</c>, compiled on the spot where there is a C compiler; made once for all tests.</summary>
public sealed unsafe class FakeDriverLibrary : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fake-driver").FullName;
    private readonly string? _problem;
    private readonly nint _handle;

    public FakeDriverLibrary()
    {
        Path = System.IO.Path.Combine(_folder, "libfakecuda.so");
        _problem = OperatingSystem.IsWindows() ? "the library is built by a Unix C compiler" : Compile(Path);
        if (_problem is null)
        {
            _handle = NativeLibrary.Load(Path);
        }
    }

    internal string Path { get; }

    /// <summary>What the library noted, and forgets nothing.</summary>
    internal string Said => Text("fake_said");

    internal string Launched => Text("fake_launch");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    internal void Require() => Assert.SkipWhen(_problem is not null, _problem ?? "");

    internal int Number(string function) => ((delegate* unmanaged<int>)NativeLibrary.GetExport(_handle, function))();

    internal string Text(string function) => Encoding.UTF8.GetString(
        MemoryMarshal.CreateReadOnlySpanFromNullTerminated(((delegate* unmanaged<byte*>)NativeLibrary.GetExport(_handle, function))()));

    private static string? Compile(string output, [CallerFilePath] string here = "")
    {
        var source = System.IO.Path.Combine(AppContext.BaseDirectory, "Interop", "fake_driver.c");
        source = File.Exists(source) ? source : System.IO.Path.Combine(System.IO.Path.GetDirectoryName(here)!, "fake_driver.c");
        try
        {
            using var compiler = Process.Start(new ProcessStartInfo("cc", ["-shared", "-fPIC", "-O1", "-w", "-o", output, source]) { RedirectStandardError = true })!;
            var errors = compiler.StandardError.ReadToEnd();
            compiler.WaitForExit();
            return compiler.ExitCode == 0 ? null : $"the C compiler failed: {errors}";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "no C compiler (cc) on this machine";
        }
    }
}
