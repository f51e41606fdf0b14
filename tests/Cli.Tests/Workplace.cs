using System.Runtime.InteropServices;

namespace PlamoNative.Cli.Tests;

/// <summary>A temporary folder that goes when the test is done.</summary>
internal sealed partial class Workplace : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("plamo-cli-").FullName;

    /// <summary>A path inside the folder.</summary>
    internal string this[string name] => Path.Combine(_root, name);

    internal string Root => _root;

    internal string File(string name, ReadOnlySpan<byte> bytes)
    {
        var path = this[name];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllBytes(path, bytes);
        return path;
    }

    internal string File(string name, string text)
    {
        var path = this[name];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    /// <summary>A named pipe that nobody writes to: opening it for reading would wait forever.</summary>
    internal string Pipe(string name)
    {
        Xunit.Assert.SkipWhen(OperatingSystem.IsWindows(), "needs named pipes of a Unix file system");
        Xunit.Assert.Equal(0, MakeFifo(this[name], 0b110_100_100));
        return this[name];
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFifo(string path, uint mode);
}
