using PlamoNative.Engine;

namespace PlamoNative.Bench.Gpu;

/// <summary>
/// Times work on the device's stream by events: warm, then each repeat between two events of its own. All repeats are queued before anything is waited for, so that
/// the device is busy when an event is reached and the time of launching stays out of the figures (unless the work itself waits for the device).
/// </summary>
internal sealed class EventTimer : IDisposable
{
    private const int WarmUp = 3;

    private readonly CudaDevice _device;
    private readonly CudaEvent[] _starts;
    private readonly CudaEvent[] _ends;

    internal EventTimer(CudaDevice device, int repeats)
    {
        _device = device;
        _starts = [.. Enumerable.Range(0, repeats).Select(_ => device.CreateEvent(measuresTime: true))];
        _ends = [.. Enumerable.Range(0, repeats).Select(_ => device.CreateEvent(measuresTime: true))];
    }

    /// <summary>Seconds of each repeat.</summary>
    /// <param name="work">Starts the work; it is told which set of inputs to take.</param>
    internal double[] Measure(Action<int> work)
    {
        for (var i = 0; i < WarmUp; i++)
        {
            work(i);
        }

        for (var i = 0; i < _starts.Length; i++)
        {
            _starts[i].Record();
            work(WarmUp + i);
            _ends[i].Record();
        }

        _device.Synchronize();
        var seconds = new double[_starts.Length];
        for (var i = 0; i < seconds.Length; i++)
        {
            seconds[i] = 1e-3 * _ends[i].MillisecondsSince(_starts[i]);
        }

        return seconds;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var one in _starts.Concat(_ends))
        {
            one.Dispose();
        }
    }
}
