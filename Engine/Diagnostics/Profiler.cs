using System.Diagnostics;

namespace PlamoNative.Engine;

/// <summary>
/// Named time ranges around operators, layers and phases. Free when nobody records: a range is then a read of two fields. A program that was started by Nsight
/// Systems or Nsight Compute shows the same ranges there.
/// </summary>
public static class Profiler
{
    private static ChromeTrace? _trace;

    /// <summary>True while ranges are recorded.</summary>
    public static bool IsRecording => Volatile.Read(ref _trace) is not null;

    /// <summary>Starts recording into a trace; the previous one, if any, gets no more ranges.</summary>
    public static void Start(ChromeTrace trace)
    {
        ArgumentNullException.ThrowIfNull(trace);
        Volatile.Write(ref _trace, trace);
    }

    /// <summary>Stops recording.</summary>
    public static void Stop() => Volatile.Write(ref _trace, null);

    /// <summary>Opens a range that ends when the result is disposed: <c>using (Profiler.Range("attention")) { ... }</c>.</summary>
    /// <param name="name">Shown by the viewer; a constant, so that nothing is allocated.</param>
    /// <param name="category">Groups ranges in the viewer: operator, layer, phase.</param>
    public static ProfilerRange Range(string name, string category = "operator")
    {
        var trace = Volatile.Read(ref _trace);
        if (Nvtx.IsOn)
        {
            Nvtx.Push(name);
        }

        return new ProfilerRange(trace, name, category, trace is null ? 0 : Stopwatch.GetTimestamp());
    }
}
