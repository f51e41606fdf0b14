namespace PlamoNative.Engine;

/// <summary>
/// Launches and copies that were recorded once and start again all together: <see cref="Replay"/> costs the processor one call. Every replay uses the same
/// addresses and the same uploaded values; what changes must be copied into tensors that were there before the recording.
/// </summary>
/// <remarks>Memory that was allocated while recording stays the graph's until it is disposed; tensors made then are valid after each replay.</remarks>
public sealed class CudaGraph : IDisposable
{
    private readonly CudaArena _arena;
    private readonly List<nint> _pinned;
    private nint _graph;
    private nint _executable;

    internal CudaGraph(CudaDevice device, nint graph, nint executable, CudaArena arena, List<nint> pinned)
    {
        (Device, _graph, _executable, _arena, _pinned) = (device, graph, executable, arena, pinned);
    }

    /// <summary>The device that the work was recorded on.</summary>
    public CudaDevice Device { get; }

    /// <summary>Starts the recorded work on the device's current stream.</summary>
    public void Replay()
    {
        ObjectDisposedException.ThrowIf(_executable == 0, this);
        Device.Enter();
        Device.Check(Device.Driver.LaunchGraph(_executable, Device.Stream.Handle), "cuGraphLaunch");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_executable == 0 || !Device.TryEnter())
        {
            return;
        }

        _ = Device.Driver.SynchronizeContext();
        _ = Device.Driver.DestroyGraphExecutable(_executable);
        _ = Device.Driver.DestroyGraph(_graph);
        (_executable, _graph) = (0, 0);
        foreach (var address in _pinned)
        {
            _ = Device.Driver.FreeHost(address);
        }

        Device.Pool.Dissolve(_arena);
    }
}
