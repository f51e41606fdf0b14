using PlamoNative.Engine;
using PlamoNative.Engine.Formats;

namespace PlamoNative.Cli;

/// <summary>Records the time ranges of one command for <c>--trace</c>. The file appears when the command is done, or not at all.</summary>
internal sealed class TraceRecording : IDisposable
{
    private readonly AtomicFile _file;
    private readonly ChromeTrace _trace = new();

    internal TraceRecording(string path)
    {
        _file = AtomicFile.Create(path);
        Profiler.Start(_trace);
    }

    internal void Complete()
    {
        Profiler.Stop();
        using (var text = new MemoryStream())
        {
            _trace.Write(text);
            text.WriteTo(_file.Stream);
        }

        _file.Commit();
    }

    public void Dispose()
    {
        Profiler.Stop();
        _file.Dispose();
    }
}
