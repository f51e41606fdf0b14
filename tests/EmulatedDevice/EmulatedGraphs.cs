using PlamoNative.Engine;

namespace PlamoNative.Tests.Emulation;

/// <summary>What was given to streams between the begin and the end of a capture, to be done again at each replay.</summary>
internal sealed class EmulatedGraphs
{
    private readonly Dictionary<nint, List<Func<int>>> _recording = [];
    private readonly Dictionary<nint, List<Func<int>>> _graphs = [];
    private nint _next = 1;

    internal bool IsRecording(nint stream) => _recording.ContainsKey(stream);

    internal int Begin(nint stream) => _recording.TryAdd(stream, []) ? CudaResult.Success : CudaResult.InvalidCapture;

    internal int Record(nint stream, Func<int> work)
    {
        _recording[stream].Add(work);
        return CudaResult.Success;
    }

    internal int End(nint stream, out nint graph)
    {
        graph = 0;
        if (!_recording.Remove(stream, out var work))
        {
            return CudaResult.InvalidCapture;
        }

        graph = _next++;
        _graphs.Add(graph, work);
        return CudaResult.Success;
    }

    internal int Replay(nint graph)
    {
        foreach (var work in _graphs[graph])
        {
            if (work() is var code && code != CudaResult.Success)
            {
                return code;
            }
        }

        return CudaResult.Success;
    }

    internal int Forget(nint graph)
    {
        _graphs.Remove(graph);
        return CudaResult.Success;
    }
}
