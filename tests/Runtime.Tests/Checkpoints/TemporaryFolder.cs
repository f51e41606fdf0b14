namespace PlamoNative.Tests.Runtime.Checkpoints;

/// <summary>A folder that goes with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    internal string Path { get; } = Directory.CreateTempSubdirectory("plamo-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);

    internal string Join(string name) => System.IO.Path.Combine(Path, name);
}
