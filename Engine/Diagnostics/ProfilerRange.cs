using System.Diagnostics;

namespace PlamoNative.Engine;

/// <summary>An open range of <see cref="Profiler.Range"/>.</summary>
public readonly ref struct ProfilerRange
{
    private readonly ChromeTrace? _trace;
    private readonly string _name;
    private readonly string _category;
    private readonly long _start;
    private readonly bool _isInNvtx;

    internal ProfilerRange(ChromeTrace? trace, string name, string category, long start)
    {
        _trace = trace;
        _name = name;
        _category = category;
        _start = start;
        _isInNvtx = Nvtx.IsOn;
    }

    /// <summary>Ends the range.</summary>
    public void Dispose()
    {
        _trace?.Add(_name, _category, _start, Stopwatch.GetTimestamp());
        if (_isInNvtx)
        {
            Nvtx.Pop();
        }
    }
}
