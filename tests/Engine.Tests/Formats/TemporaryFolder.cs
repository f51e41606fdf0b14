using System.Text;

namespace PlamoNative.Engine.Tests.Formats;

/// <summary>A folder that goes when the test ends.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("plamo-tests-").FullName;

    public string this[string name] => Path.Combine(Root, name);

    public string Write(string name, ReadOnlySpan<byte> bytes)
    {
        File.WriteAllBytes(this[name], bytes);
        return this[name];
    }

    public string Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
