using PlamoNative.Engine;

namespace PlamoNative.Bench.Gpu;

/// <summary>Times work on the device's stream by events: warm, then each repeat on its own.</summary>
internal sealed class EventTimer(CudaDevice device, int repeats) : IDisposable
{
    private const int WarmUp = 3;

    private readonly CudaEvent _start = device.CreateEvent(measuresTime: true);
    private readonly CudaEvent _end = device.CreateEvent(measuresTime: true);

    /// <summary>Seconds of each repeat.</summary>
    /// <param name="work">Starts the work; it is told which set of inputs to take.</param>
    internal double[] Measure(Action<int> work)
    {
        for (var i = 0; i < WarmUp; i++)
        {
            work(i);
        }

        device.Synchronize();
        var seconds = new double[repeats];
        for (var i = 0; i < repeats; i++)
        {
            _start.Record();
            work(WarmUp + i);
            _end.Record();
            _end.Synchronize();
            seconds[i] = 1e-3 * _end.MillisecondsSince(_start);
        }

        return seconds;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _start.Dispose();
        _end.Dispose();
    }
}
