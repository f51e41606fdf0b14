using PlamoNative.Engine;

namespace PlamoNative.Tests.Emulation;

/// <summary>
/// The order of work. At once: everything is done when it is given, whatever the stream. Deferred: a stream's work is only noted, and done when something waits
/// for it, the latest that a GPU may take. Then a result that is read too early is not there yet, staging memory that is filled again too early spoils the copy
/// before, and a block that another stream got too early is overwritten.
/// </summary>
/// <remarks>The first error stays: all later work is refused with it, as after a fault of a kernel.</remarks>
internal sealed class EmulatedStreams(bool isDeferred)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<nint, Queue<Func<int>>> _noted = [];
    private readonly Dictionary<nint, (nint Stream, long Number)> _events = [];
    private readonly Dictionary<nint, (long Given, long Done)> _counts = [];
    private int _error = CudaResult.Success;

    internal int Do(nint stream, Func<int> work)
    {
        if (!isDeferred)
        {
            return work();
        }

        lock (_lock)
        {
            if (!_noted.TryGetValue(stream, out var queue))
            {
                _noted.Add(stream, queue = new Queue<Func<int>>());
            }

            queue.Enqueue(work);
            var (given, done) = _counts.GetValueOrDefault(stream);
            _counts[stream] = (given + 1, done);
            return _error;
        }
    }

    /// <summary>An event is the number of a stream's works that were given before it.</summary>
    internal int Mark(nint stream, nint @event)
    {
        lock (_lock)
        {
            _events[@event] = (stream, _counts.GetValueOrDefault(stream).Given);
            return CudaResult.Success;
        }
    }

    /// <summary>The stream's next work comes after what the event is of now, not what it may be of later.</summary>
    internal int Wait(nint stream, nint @event)
    {
        lock (_lock)
        {
            return _events.TryGetValue(@event, out var mark) && !IsPassed(@event) ? Do(stream, () => Finish(mark.Stream, mark.Number)) : CudaResult.Success;
        }
    }

    internal bool IsIdle(nint stream)
    {
        lock (_lock)
        {
            var (given, done) = _counts.GetValueOrDefault(stream);
            return given == done;
        }
    }

    internal bool IsPassed(nint @event)
    {
        lock (_lock)
        {
            return !_events.TryGetValue(@event, out var mark) || _counts.GetValueOrDefault(mark.Stream).Done >= mark.Number;
        }
    }

    internal int Finish(nint stream) => Finish(stream, long.MaxValue);

    internal int FinishUntil(nint @event)
    {
        lock (_lock)
        {
            return _events.TryGetValue(@event, out var mark) ? Finish(mark.Stream, mark.Number) : CudaResult.Success;
        }
    }

    internal int FinishAll()
    {
        lock (_lock)
        {
            foreach (var stream in _noted.Keys.ToList())
            {
                _ = Finish(stream);
            }

            return _error;
        }
    }

    private int Finish(nint stream, long number)
    {
        lock (_lock)
        {
            while (_noted.TryGetValue(stream, out var queue) && _counts[stream].Done < number && queue.TryDequeue(out var work))
            {
                var code = _error == CudaResult.Success ? work() : _error;
                _error = _error == CudaResult.Success ? code : _error;
                var (given, done) = _counts[stream];
                _counts[stream] = (given, done + 1);
            }

            return _error;
        }
    }
}
