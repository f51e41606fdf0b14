using System.Text.Json;
using Xunit;

namespace PlamoNative.Engine.Tests.Diagnostics;

public sealed class ProfilerTests
{
    [Fact]
    public void Ranges_are_written_as_a_chrome_trace_and_cost_nothing_when_off()
    {
        var trace = new ChromeTrace();
        Profiler.Start(trace);
        using (Profiler.Range("outer", "layer"))
        using (Profiler.Range("inner"))
        {
            Assert.True(Profiler.IsRecording);
        }

        Profiler.Stop();
        var before = GC.GetAllocatedBytesForCurrentThread();
        using (Profiler.Range("nobody listens"))
        {
            Assert.False(Profiler.IsRecording);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        using var file = new MemoryStream();
        trace.Write(file);
        using var json = JsonDocument.Parse(file.ToArray());
        var events = json.RootElement.GetProperty("traceEvents").EnumerateArray().ToArray();
        Assert.Equal(["inner", "outer"], events.Select(e => e.GetProperty("name").GetString()!));
        Assert.All(events, e => Assert.Equal("X", e.GetProperty("ph").GetString()));
        var (inner, outer) = (events[0], events[1]);
        Assert.True(outer.GetProperty("ts").GetDouble() <= inner.GetProperty("ts").GetDouble());
        Assert.True(outer.GetProperty("dur").GetDouble() >= inner.GetProperty("dur").GetDouble());
    }
}
