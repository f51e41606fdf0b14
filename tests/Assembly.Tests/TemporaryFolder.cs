namespace PlamoNative.Assembly.Tests;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    internal string Path { get; } = Directory.CreateTempSubdirectory("plamo-assembly-").FullName;

    /// <summary>Makes empty files, with their folders.</summary>
    internal void Touch(params string[] files)
    {
        foreach (var file in files)
        {
            var path = System.IO.Path.Combine(Path, file);
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "");
        }
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
