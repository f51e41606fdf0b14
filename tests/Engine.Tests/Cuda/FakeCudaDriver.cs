using System.Runtime.InteropServices;

namespace PlamoNative.Engine.Tests.Cuda;

/// <summary>
/// A driver without a GPU: memory is arrays at addresses that nobody else has, work is done at once, kernels only note what they were launched with. Each call is
/// noted by name, and a call can be told to fail.
/// </summary>
internal sealed unsafe class FakeCudaDriver : CudaDriver
{
    internal const int InvalidPtx = 218;

    private readonly Dictionary<nint, byte[]> _memory = [];
    private readonly HashSet<nint> _pinned = [];
    private readonly Dictionary<nint, string> _functions = [];
    private readonly Dictionary<nint, List<Action>> _graphs = [];
    private readonly Dictionary<nint, float> _events = [];
    private List<Action>? _recording;
    private nint _nextAddress = unchecked((nint)0x7F00_0000_0000);
    private nint _nextHandle = 0x1000;
    private float _clock;

    internal List<string> Calls { get; } = [];

    /// <summary>Codes that the next calls of a name give, in order; 0 lets a call pass.</summary>
    internal Dictionary<string, Queue<int>> Failures { get; } = [];

    /// <summary>Called in the middle of every call, with its name.</summary>
    internal Action<string>? During { get; set; }

    internal List<FakeLaunch> Launches { get; } = [];

    internal List<byte[]> Images { get; } = [];

    internal Dictionary<CudaDeviceAttribute, int> Attributes { get; } = new()
    {
        [CudaDeviceAttribute.ComputeCapabilityMajor] = 9,
        [CudaDeviceAttribute.ComputeCapabilityMinor] = 0,
        [CudaDeviceAttribute.MultiprocessorCount] = 132,
        [CudaDeviceAttribute.SharedBytesPerBlock] = 49_152,
        [CudaDeviceAttribute.SharedBytesPerBlockOptIn] = 232_448,
        [CudaDeviceAttribute.WarpSize] = 32,
        [CudaDeviceAttribute.MemoryClockKilohertz] = 2_619_000,
        [CudaDeviceAttribute.MemoryBusBits] = 5120,
    };

    internal Dictionary<(nint Function, CudaFunctionAttribute Attribute), int> FunctionAttributes { get; } = [];

    internal long TotalBytes { get; set; } = 64L << 20;

    internal long UsedBytes => _memory.Values.Sum(block => (long)block.Length);

    internal int PinnedCount => _pinned.Count;

    internal int Version { get; set; } = 12_040;

    internal bool Links { get; set; }

    internal string BuildText { get; set; } = "build 1";

    internal string Log { get; set; } = "";

    internal override bool CanLink => Links;

    internal override string Build => BuildText;

    internal void Fail(string call, params int[] codes) => Failures[call] = new Queue<int>(codes);

    internal int Count(string call) => Calls.Count(noted => noted == call);

    internal override string ErrorName(int code) => code switch
    {
        CudaResult.OutOfMemory => "CUDA_ERROR_OUT_OF_MEMORY",
        CudaResult.IllegalAddress => "CUDA_ERROR_ILLEGAL_ADDRESS",
        InvalidPtx => "CUDA_ERROR_INVALID_PTX",
        _ => $"CUDA_ERROR_{code}",
    };

    internal override string ErrorText(int code) => $"what the driver says of {code}";

    internal override int Initialize() => Note("Initialize");

    internal override int GetVersion(out int version)
    {
        version = Version;
        return Note("GetVersion");
    }

    internal override int GetDeviceCount(out int count)
    {
        count = 2;
        return Note("GetDeviceCount");
    }

    internal override int GetDeviceName(int ordinal, out string name)
    {
        name = "Fake GPU";
        return Note("GetDeviceName");
    }

    internal override int GetDeviceAttribute(int ordinal, CudaDeviceAttribute attribute, out int value) =>
        Attributes.TryGetValue(attribute, out value) ? CudaResult.Success : CudaResult.InvalidValue;

    internal override int GetTotalMemory(int ordinal, out long bytes)
    {
        bytes = TotalBytes;
        return Note("GetTotalMemory");
    }

    internal override int RetainContext(int ordinal, out nint context)
    {
        context = 0xC0 + ordinal;
        return Note("RetainContext");
    }

    internal override int ReleaseContext(int ordinal) => Note("ReleaseContext");

    internal override int SetCurrent(nint context) => Failures.ContainsKey("SetCurrent") ? Note("SetCurrent") : CudaResult.Success;

    internal override int SynchronizeContext() => Note("SynchronizeContext");

    internal override int CanAccessPeer(int ordinal, int peer, out bool can)
    {
        can = true;
        return Note("CanAccessPeer");
    }

    internal override int EnablePeerAccess(nint peerContext) => Note("EnablePeerAccess");

    internal override int GetMemoryInfo(out long free, out long total)
    {
        (free, total) = (TotalBytes - UsedBytes, TotalBytes);
        return Note("GetMemoryInfo");
    }

    internal override int Allocate(long bytes, out nint address)
    {
        address = 0;
        if (bytes > TotalBytes - UsedBytes)
        {
            _ = Note("Allocate");
            return CudaResult.OutOfMemory;
        }

        address = _nextAddress;
        _memory.Add(address, new byte[bytes]);
        _nextAddress += (nint)((bytes + 0xFFFF) & -0x10000) + 0x10000;
        return Note("Allocate");
    }

    internal override int Free(nint address)
    {
        Assert(_memory.Remove(address), $"free of {address:x}, which was not allocated");
        return Note("Free");
    }

    internal override int AllocateHost(long bytes, out nint address)
    {
        address = (nint)NativeMemory.AlignedAlloc((nuint)bytes, 4096);
        _pinned.Add(address);
        return Note("AllocateHost");
    }

    internal override int FreeHost(nint address)
    {
        Assert(_pinned.Remove(address), $"free of pinned {address:x}, which was not allocated");
        NativeMemory.AlignedFree((void*)address);
        return Note("FreeHost");
    }

    internal override int CopyFromHost(nint destination, nint source, long bytes, nint stream) =>
        Work("CopyFromHost", () => new Span<byte>((void*)source, (int)bytes).CopyTo(Bytes(destination, bytes)));

    internal override int CopyToHost(nint destination, nint source, long bytes, nint stream) =>
        Work("CopyToHost", () => Bytes(source, bytes).CopyTo(new Span<byte>((void*)destination, (int)bytes)));

    internal override int CopyWithin(nint destination, nint source, long bytes, nint stream) =>
        Work("CopyWithin", () => Bytes(source, bytes).CopyTo(Bytes(destination, bytes)));

    internal override int CopyPeer(nint destination, nint destinationContext, nint source, nint sourceContext, long bytes, nint stream) =>
        Work("CopyPeer", () => Bytes(source, bytes).CopyTo(Bytes(destination, bytes)));

    internal override int Fill(nint destination, byte value, long bytes, nint stream) => Work("Fill", () => Bytes(destination, bytes).Fill(value));

    internal override int CreateStream(out nint stream)
    {
        stream = _nextHandle++;
        return Note("CreateStream");
    }

    internal override int DestroyStream(nint stream) => Note("DestroyStream");

    internal override int SynchronizeStream(nint stream) => Note("SynchronizeStream");

    internal override int QueryStream(nint stream) => Note("QueryStream");

    internal override int WaitEvent(nint stream, nint @event) => Note("WaitEvent");

    internal override int CreateEvent(bool measuresTime, out nint @event)
    {
        @event = _nextHandle++;
        return Note("CreateEvent");
    }

    internal override int DestroyEvent(nint @event) => Note("DestroyEvent");

    internal override int RecordEvent(nint @event, nint stream)
    {
        _events[@event] = _clock += 0.5f;
        return Note("RecordEvent");
    }

    internal override int QueryEvent(nint @event) => Note("QueryEvent");

    internal override int SynchronizeEvent(nint @event)
    {
        Assert(_events.ContainsKey(@event), "an event is waited for that was never recorded");
        return Note("SynchronizeEvent");
    }

    internal override int ElapsedTime(nint start, nint end, out float milliseconds)
    {
        milliseconds = _events[end] - _events[start];
        return Note("ElapsedTime");
    }

    internal override int Link(ReadOnlySpan<byte> ptx, in CudaModuleOptions options, out byte[] cubin, out string log)
    {
        Assert(ptx[^1] == 0, "PTX must end with a zero");
        var code = Note("Link");
        cubin = code == 0 ? [.. "cubin of "u8, .. ptx[..^1]] : [];
        log = Log;
        return code;
    }

    internal override int LoadModule(ReadOnlySpan<byte> image, in CudaModuleOptions options, out nint module, out string log)
    {
        module = _nextHandle++;
        log = Log;
        Images.Add(image.ToArray());
        return Note("LoadModule");
    }

    internal override int UnloadModule(nint module) => Note("UnloadModule");

    internal override int GetFunction(nint module, string name, out nint function)
    {
        function = _nextHandle++;
        _functions.Add(function, name);
        return Note("GetFunction");
    }

    internal override int GetFunctionAttribute(nint function, CudaFunctionAttribute attribute, out int value)
    {
        value = FunctionAttributes.GetValueOrDefault((function, attribute));
        return Note("GetFunctionAttribute");
    }

    internal override int SetFunctionAttribute(nint function, CudaFunctionAttribute attribute, int value)
    {
        FunctionAttributes[(function, attribute)] = value;
        return Note("SetFunctionAttribute");
    }

    internal override int GetOccupancy(nint function, int blockThreads, int dynamicSharedBytes, out int blocks)
    {
        blocks = 2048 / blockThreads;
        return Note("GetOccupancy");
    }

    internal override int Launch(in CudaLaunch launch, ReadOnlySpan<byte> parameters)
    {
        var noted = new FakeLaunch(_functions[launch.Function], launch, parameters.ToArray());
        return Work("Launch", () => Launches.Add(noted));
    }

    internal override int BeginCapture(nint stream)
    {
        _recording = [];
        return Note("BeginCapture");
    }

    internal override int EndCapture(nint stream, out nint graph)
    {
        graph = _nextHandle++;
        _graphs.Add(graph, _recording!);
        _recording = null;
        return Note("EndCapture");
    }

    internal override int InstantiateGraph(nint graph, out nint executable)
    {
        executable = _nextHandle++;
        _graphs.Add(executable, _graphs[graph]);
        return Note("InstantiateGraph");
    }

    internal override int LaunchGraph(nint executable, nint stream)
    {
        _graphs[executable].ForEach(step => step());
        return Note("LaunchGraph");
    }

    internal override int DestroyGraph(nint graph) => Note("DestroyGraph");

    internal override int DestroyGraphExecutable(nint executable) => Note("DestroyGraphExecutable");

    /// <summary>A kernels.bin of small kernels, as the build would write it.</summary>
    internal static KernelLibrary Library(params IEnumerable<KernelManifest> kernels)
    {
        var writer = new KernelLibraryWriter();
        foreach (var kernel in kernels)
        {
            writer.Add(kernel, Ptx(kernel.Entry, kernel.Architecture));
        }

        return KernelLibrary.Read(writer.ToArray(), "test.bin");
    }

    internal static string Ptx(string entry, GpuArchitecture architecture) =>
        $".version 7.8\n.target {architecture.Target}\n.address_size 64\n.visible .entry {entry}() {{ ret; }}\n";

    /// <summary>A kernel of a view, an int, a double and a struct of 12 bytes, with the gaps that PTX demands.</summary>
    internal static KernelManifest Kernel(string name, string architecture = "80") => new()
    {
        Name = name,
        Entry = name.Replace('.', '_'),
        Architecture = GpuArchitecture.TryParse(architecture, out var parsed) ? parsed : throw new ArgumentException(architecture),
        Parameters =
        [
            new("input", KernelParameterKind.View, 0, 16), new("width", KernelParameterKind.Int32, 16, 4),
            new("scale", KernelParameterKind.Float64, 24, 8), new("shape", KernelParameterKind.Struct, 32, 12),
        ],
        ParameterBytes = 44,
        BlockThreads = 128,
    };

    private static void Assert(bool holds, string problem)
    {
        if (!holds)
        {
            throw new InvalidOperationException(problem);
        }
    }

    private Span<byte> Bytes(nint address, long length)
    {
        foreach (var (start, block) in _memory)
        {
            if (address >= start && address + length <= start + block.Length)
            {
                return block.AsSpan((int)(address - start), (int)length);
            }
        }

        throw new InvalidOperationException($"{length} bytes at {address:x} are not one allocation's");
    }

    private int Work(string call, Action work)
    {
        var code = Note(call);
        if (code == CudaResult.Success)
        {
            if (_recording is { } recording)
            {
                recording.Add(work);
            }
            else
            {
                work();
            }
        }

        return code;
    }

    private int Note(string call)
    {
        Calls.Add(call);
        During?.Invoke(call);
        return Failures.TryGetValue(call, out var codes) && codes.TryDequeue(out var code) ? code : CudaResult.Success;
    }
}

/// <summary>One launch as the driver got it.</summary>
internal sealed record FakeLaunch(string Entry, CudaLaunch Launch, byte[] Parameters)
{
    internal string Text => $"{Entry} {Launch.Grid} of {Launch.BlockThreads}, {Launch.DynamicSharedBytes} shared: {Convert.ToHexString(Parameters)}";
}
