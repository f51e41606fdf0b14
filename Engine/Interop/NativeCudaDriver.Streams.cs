namespace PlamoNative.Engine;

/// <content>Streams, events and graphs.</content>
internal sealed unsafe partial class NativeCudaDriver
{
    private nint _createStream, _destroyStream, _synchronizeStream, _queryStream, _waitEvent;
    private nint _createEvent, _destroyEvent, _recordEvent, _queryEvent, _synchronizeEvent, _elapsed;
    private nint _beginCapture, _endCapture, _instantiate, _launchGraph, _destroyGraph, _destroyExecutable;

    /// <inheritdoc/>
    internal override int CreateStream(out nint stream)
    {
        const uint NonBlocking = 1;
        fixed (nint* result = &stream)
        {
            return ((delegate* unmanaged<nint*, uint, int>)Find(ref _createStream, "cuStreamCreate"))(result, NonBlocking);
        }
    }

    /// <inheritdoc/>
    internal override int DestroyStream(nint stream) => ((delegate* unmanaged<nint, int>)Find(ref _destroyStream, "cuStreamDestroy_v2"))(stream);

    /// <inheritdoc/>
    internal override int SynchronizeStream(nint stream) => ((delegate* unmanaged<nint, int>)Find(ref _synchronizeStream, "cuStreamSynchronize"))(stream);

    /// <inheritdoc/>
    internal override int QueryStream(nint stream) => ((delegate* unmanaged<nint, int>)Find(ref _queryStream, "cuStreamQuery"))(stream);

    /// <inheritdoc/>
    internal override int WaitEvent(nint stream, nint @event) =>
        ((delegate* unmanaged<nint, nint, uint, int>)Find(ref _waitEvent, "cuStreamWaitEvent"))(stream, @event, 0);

    /// <inheritdoc/>
    internal override int CreateEvent(bool measuresTime, out nint @event)
    {
        const uint DisableTiming = 2;
        fixed (nint* result = &@event)
        {
            return ((delegate* unmanaged<nint*, uint, int>)Find(ref _createEvent, "cuEventCreate"))(result, measuresTime ? 0 : DisableTiming);
        }
    }

    /// <inheritdoc/>
    internal override int DestroyEvent(nint @event) => ((delegate* unmanaged<nint, int>)Find(ref _destroyEvent, "cuEventDestroy_v2"))(@event);

    /// <inheritdoc/>
    internal override int RecordEvent(nint @event, nint stream) =>
        ((delegate* unmanaged<nint, nint, int>)Find(ref _recordEvent, "cuEventRecord"))(@event, stream);

    /// <inheritdoc/>
    internal override int QueryEvent(nint @event) => ((delegate* unmanaged<nint, int>)Find(ref _queryEvent, "cuEventQuery"))(@event);

    /// <inheritdoc/>
    internal override int SynchronizeEvent(nint @event) => ((delegate* unmanaged<nint, int>)Find(ref _synchronizeEvent, "cuEventSynchronize"))(@event);

    /// <inheritdoc/>
    internal override int ElapsedTime(nint start, nint end, out float milliseconds)
    {
        fixed (float* result = &milliseconds)
        {
            return ((delegate* unmanaged<float*, nint, nint, int>)Find(ref _elapsed, "cuEventElapsedTime"))(result, start, end);
        }
    }

    /// <inheritdoc/>
    internal override int BeginCapture(nint stream)
    {
        // Relaxed: the pool may ask for memory while work is recorded.
        const int Relaxed = 2;
        return ((delegate* unmanaged<nint, int, int>)Find(ref _beginCapture, "cuStreamBeginCapture_v2"))(stream, Relaxed);
    }

    /// <inheritdoc/>
    internal override int EndCapture(nint stream, out nint graph)
    {
        fixed (nint* result = &graph)
        {
            return ((delegate* unmanaged<nint, nint*, int>)Find(ref _endCapture, "cuStreamEndCapture"))(stream, result);
        }
    }

    /// <inheritdoc/>
    internal override int InstantiateGraph(nint graph, out nint executable)
    {
        fixed (nint* result = &executable)
        {
            return ((delegate* unmanaged<nint*, nint, ulong, int>)Find(ref _instantiate, "cuGraphInstantiateWithFlags"))(result, graph, 0);
        }
    }

    /// <inheritdoc/>
    internal override int LaunchGraph(nint executable, nint stream) =>
        ((delegate* unmanaged<nint, nint, int>)Find(ref _launchGraph, "cuGraphLaunch"))(executable, stream);

    /// <inheritdoc/>
    internal override int DestroyGraph(nint graph) => ((delegate* unmanaged<nint, int>)Find(ref _destroyGraph, "cuGraphDestroy"))(graph);

    /// <inheritdoc/>
    internal override int DestroyGraphExecutable(nint executable) =>
        ((delegate* unmanaged<nint, int>)Find(ref _destroyExecutable, "cuGraphExecDestroy"))(executable);
}
