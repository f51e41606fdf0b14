namespace PlamoNative.Tests.Training.Recording;

/// <summary>A folder that goes with the test.</summary>
internal sealed class RunPlace : IDisposable
{
    internal string Root { get; } = Directory.CreateTempSubdirectory("plamo-test-").FullName;

    internal string this[string name] => Path.Combine(Root, name);

    public void Dispose()
    {
        if (Directory.Exists(Root))
        {
            Directory.Delete(Root, recursive: true);
        }
    }
}
