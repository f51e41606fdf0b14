using System.Diagnostics;
using System.Text.Json;

namespace PlamoNative.Engine;

/// <summary>Recorded ranges, written in the trace-event format that chrome://tracing, Perfetto and Visual Studio open.</summary>
public sealed class ChromeTrace
{
    private readonly Lock _lock = new();
    private readonly List<(string Name, string Category, long Start, long End, int Thread)> _ranges = [];
    private readonly long _origin = Stopwatch.GetTimestamp();

    /// <summary>Ranges recorded so far.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _ranges.Count;
            }
        }
    }

    /// <summary>Writes everything recorded so far as one JSON object; times are microseconds since the trace was made.</summary>
    public void Write(Stream output)
    {
        using var writer = new Utf8JsonWriter(output);
        writer.WriteStartObject();
        writer.WriteStartArray("traceEvents");
        lock (_lock)
        {
            foreach (var range in _ranges)
            {
                writer.WriteStartObject();
                writer.WriteString("name", range.Name);
                writer.WriteString("cat", range.Category);
                writer.WriteString("ph", "X");
                writer.WriteNumber("ts", Stopwatch.GetElapsedTime(_origin, range.Start).TotalMicroseconds);
                writer.WriteNumber("dur", Stopwatch.GetElapsedTime(range.Start, range.End).TotalMicroseconds);
                writer.WriteNumber("pid", Environment.ProcessId);
                writer.WriteNumber("tid", range.Thread);
                writer.WriteEndObject();
            }
        }

        writer.WriteEndArray();
        writer.WriteString("displayTimeUnit", "ms");
        writer.WriteEndObject();
    }

    internal void Add(string name, string category, long start, long end)
    {
        lock (_lock)
        {
            _ranges.Add((name, category, start, end, Environment.CurrentManagedThreadId));
        }
    }
}
