using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using PlamoNative.Engine;
using PlamoNative.PtxEmulator;

namespace PlamoNative.Tests.Emulation;

/// <summary>
/// The NVIDIA driver's functions over the PTX emulator. Work is done when a call returns, or as late as a GPU may do it: <see cref="EmulatedStreams"/>. What the
/// emulator finds wrong with a kernel becomes the error that the launch (or what waits for it) returns, with the findings in <see cref="ErrorText"/>.
/// </summary>
internal sealed unsafe class EmulatedDriver : CudaDriver
{
    private const int Multiprocessors = 4;

    private readonly GpuArchitecture _architecture;
    private readonly Machine _machine;
    private readonly Dictionary<nint, PtxModule> _modules = [];
    private readonly Dictionary<nint, EmulatedFunction> _functions = [];
    private readonly Dictionary<nint, long> _blocks = [];
    private readonly EmulatedGraphs _graphs = new();
    private readonly EmulatedStreams _streams;
    private string _findings = "";
    private nint _nextHandle = 1;

    internal EmulatedDriver(GpuArchitecture architecture, MachineOptions options, bool isDeferred = false)
    {
        _streams = new EmulatedStreams(isDeferred);
        _architecture = architecture;
        _machine = new Machine(options);
    }

    /// <summary>Launches so far.</summary>
    internal long Launches { get; private set; }

    /// <summary>Thread instructions so far.</summary>
    internal long ThreadInstructions { get; private set; }

    /// <summary>Names of the kernels that ran.</summary>
    internal SortedSet<string> Launched { get; } = new(StringComparer.Ordinal);

    internal override string ErrorName(int code) => code == CudaResult.LaunchFailed ? "EMULATOR_FINDINGS" : $"EMULATOR_{code.ToString(CultureInfo.InvariantCulture)}";

    internal override string ErrorText(int code) => code == CudaResult.LaunchFailed ? _findings : "refused by the emulated driver";

    internal override int Initialize() => CudaResult.Success;

    internal override int GetVersion(out int version)
    {
        version = 12040;
        return CudaResult.Success;
    }

    internal override int GetDeviceCount(out int count)
    {
        count = 1;
        return CudaResult.Success;
    }

    internal override int GetDeviceName(int ordinal, out string name)
    {
        name = $"PTX emulator ({_architecture.Target})";
        return CudaResult.Success;
    }

    internal override int GetDeviceAttribute(int ordinal, CudaDeviceAttribute attribute, out int value)
    {
        value = attribute switch
        {
            CudaDeviceAttribute.ComputeCapabilityMajor => _architecture.Major,
            CudaDeviceAttribute.ComputeCapabilityMinor => _architecture.Minor,
            CudaDeviceAttribute.MultiprocessorCount => Multiprocessors,
            CudaDeviceAttribute.MaxThreadsPerBlock => 1024,
            CudaDeviceAttribute.MaxThreadsPerMultiprocessor => 2048,
            CudaDeviceAttribute.MaxBlocksPerMultiprocessor => 16,
            CudaDeviceAttribute.MaxGridX => int.MaxValue,
            CudaDeviceAttribute.WarpSize => 32,
            CudaDeviceAttribute.SharedBytesPerBlock => 48 << 10,
            CudaDeviceAttribute.SharedBytesPerBlockOptIn => SharedOptIn,
            CudaDeviceAttribute.SharedBytesPerMultiprocessor => SharedOptIn + 1024,
            CudaDeviceAttribute.ReservedSharedBytesPerBlock => 1024,
            CudaDeviceAttribute.RegistersPerBlock or CudaDeviceAttribute.RegistersPerMultiprocessor => 1 << 16,
            CudaDeviceAttribute.L2Bytes => 4 << 20,
            CudaDeviceAttribute.ClockKilohertz or CudaDeviceAttribute.MemoryClockKilohertz => 1_000_000,
            CudaDeviceAttribute.MemoryBusBits => 128,
            CudaDeviceAttribute.AsyncEngines => 1,
            _ => 0,
        };
        return CudaResult.Success;
    }

    internal override int GetTotalMemory(int ordinal, out long bytes)
    {
        bytes = 1L << 32;
        return CudaResult.Success;
    }

    internal override int RetainContext(int ordinal, out nint context) => Handle(out context);

    internal override int ReleaseContext(int ordinal) => CudaResult.Success;

    internal override int SetCurrent(nint context) => CudaResult.Success;

    internal override int SynchronizeContext() => _streams.FinishAll();

    internal override int CanAccessPeer(int ordinal, int peer, out bool can)
    {
        can = false;
        return CudaResult.Success;
    }

    internal override int EnablePeerAccess(nint peerContext) => CudaResult.NotSupported;

    internal override int GetMemoryInfo(out long free, out long total)
    {
        total = 1L << 32;
        free = total - _machine.Memory.AllocatedBytes;
        return CudaResult.Success;
    }

    internal override int Allocate(long bytes, out nint address)
    {
        address = (nint)_machine.Memory.Allocate(bytes);
        _blocks[address] = bytes;
        return CudaResult.Success;
    }

    internal override int Free(nint address)
    {
        // As the real one does, it waits for the device first.
        var code = _streams.FinishAll();
        _machine.Memory.Free((ulong)address);
        _blocks.Remove(address);
        return code;
    }

    internal override int AllocateHost(long bytes, out nint address)
    {
        address = (nint)NativeMemory.AlignedAlloc((nuint)bytes, 64);
        return CudaResult.Success;
    }

    internal override int FreeHost(nint address)
    {
        var code = _streams.FinishAll();
        NativeMemory.AlignedFree((void*)address);
        return code;
    }

    internal override int CopyFromHost(nint destination, nint source, long bytes, nint stream) => Do(stream, () =>
        _machine.Memory.Write((ulong)destination, new ReadOnlySpan<byte>((void*)source, checked((int)bytes))));

    internal override int CopyToHost(nint destination, nint source, long bytes, nint stream) => Do(stream, () =>
        _machine.Memory.Read((ulong)source, new Span<byte>((void*)destination, checked((int)bytes))));

    internal override int CopyWithin(nint destination, nint source, long bytes, nint stream) => Do(stream, () =>
        _machine.Memory.Span((ulong)source, checked((int)bytes)).CopyTo(_machine.Memory.Span((ulong)destination, checked((int)bytes))));

    internal override int CopyPeer(nint destination, nint destinationContext, nint source, nint sourceContext, long bytes, nint stream) => CudaResult.NotSupported;

    internal override int Fill(nint destination, byte value, long bytes, nint stream) => Do(stream, () =>
        _machine.Memory.Span((ulong)destination, checked((int)bytes)).Fill(value));

    internal override int CreateStream(out nint stream) => Handle(out stream);

    internal override int DestroyStream(nint stream) => _streams.Finish(stream);

    internal override int SynchronizeStream(nint stream) => _streams.Finish(stream);

    internal override int QueryStream(nint stream) => _streams.IsIdle(stream) ? CudaResult.Success : CudaResult.NotReady;

    internal override int WaitEvent(nint stream, nint @event) => _streams.Wait(stream, @event);

    internal override int CreateEvent(bool measuresTime, out nint @event) => Handle(out @event);

    internal override int DestroyEvent(nint @event) => CudaResult.Success;

    internal override int RecordEvent(nint @event, nint stream) => _streams.Mark(stream, @event);

    internal override int QueryEvent(nint @event) => _streams.IsPassed(@event) ? CudaResult.Success : CudaResult.NotReady;

    internal override int SynchronizeEvent(nint @event) => _streams.FinishUntil(@event);

    internal override int ElapsedTime(nint start, nint end, out float milliseconds)
    {
        milliseconds = 0;
        return CudaResult.Success;
    }

    internal override int LoadModule(ReadOnlySpan<byte> image, in CudaModuleOptions options, out nint module, out string log)
    {
        log = "";
        module = _nextHandle++;
        try
        {
            _modules.Add(module, _machine.Load(Encoding.UTF8.GetString(image.TrimEnd((byte)0))));
            return CudaResult.Success;
        }
        catch (FormatException exception)
        {
            log = exception.Message;
            return CudaResult.InvalidImage;
        }
    }

    internal override int UnloadModule(nint module)
    {
        _modules.Remove(module);
        return CudaResult.Success;
    }

    internal override int GetFunction(nint module, string name, out nint function)
    {
        function = _nextHandle++;
        _functions.Add(function, new EmulatedFunction(_modules[module].Kernel(name)));
        return CudaResult.Success;
    }

    internal override int GetFunctionAttribute(nint function, CudaFunctionAttribute attribute, out int value)
    {
        var found = _functions[function];
        value = attribute switch
        {
            CudaFunctionAttribute.MaxThreadsPerBlock => 1024,
            CudaFunctionAttribute.StaticSharedBytes => found.Kernel.StaticSharedBytes,
            CudaFunctionAttribute.MaxDynamicSharedBytes => found.MostDynamicShared,
            CudaFunctionAttribute.Registers => 32,
            _ => 0,
        };
        return CudaResult.Success;
    }

    internal override int SetFunctionAttribute(nint function, CudaFunctionAttribute attribute, int value)
    {
        if (attribute == CudaFunctionAttribute.MaxDynamicSharedBytes)
        {
            if (value + _functions[function].Kernel.StaticSharedBytes > SharedOptIn)
            {
                return CudaResult.InvalidValue;
            }

            _functions[function].MostDynamicShared = value;
        }

        return CudaResult.Success;
    }

    internal override int GetOccupancy(nint function, int blockThreads, int dynamicSharedBytes, out int blocks)
    {
        blocks = 1;
        return CudaResult.Success;
    }

    internal override int Launch(in CudaLaunch launch, ReadOnlySpan<byte> parameters)
    {
        var function = _functions[launch.Function];
        if (launch.DynamicSharedBytes > function.MostDynamicShared)
        {
            return CudaResult.InvalidValue;
        }

        var (copy, wanted) = (parameters.ToArray(), launch);
        return Do(launch.Stream, () => Run(function, wanted, copy));
    }

    internal override int BeginCapture(nint stream) => _graphs.Begin(stream);

    internal override int EndCapture(nint stream, out nint graph) => _graphs.End(stream, out graph);

    internal override int InstantiateGraph(nint graph, out nint executable)
    {
        executable = graph;
        return CudaResult.Success;
    }

    internal override int LaunchGraph(nint executable, nint stream) => _streams.Do(stream, () => _graphs.Replay(executable));

    internal override int DestroyGraph(nint graph) => CudaResult.Success;

    internal override int DestroyGraphExecutable(nint executable) => _graphs.Forget(executable);

    private int SharedOptIn => ((_architecture.Major * 10) + _architecture.Minor) switch
    {
        75 => 64 << 10,
        86 or 89 => 99 << 10,
        80 => 163 << 10,
        _ => 227 << 10,
    };

    private int Run(EmulatedFunction function, in CudaLaunch launch, byte[] parameters)
    {
        var grid = new Extent(launch.Grid.X, launch.Grid.Y, launch.Grid.Z);
        var result = launch.ClusterSize > 0
            ? _machine.Launch(function.Kernel, grid, new Extent(launch.BlockThreads), launch.DynamicSharedBytes, parameters, new Extent(launch.ClusterSize))
            : _machine.Launch(function.Kernel, grid, new Extent(launch.BlockThreads), launch.DynamicSharedBytes, parameters);
        Launches++;
        ThreadInstructions += result.Counts.ThreadInstructions;
        Launched.Add(function.Kernel.Name);
        if (result.Findings.Count == 0)
        {
            return CudaResult.Success;
        }

        _findings = string.Join(Environment.NewLine, result.Findings.Take(8));
        return CudaResult.LaunchFailed;
    }

    private int Handle(out nint handle)
    {
        handle = _nextHandle++;
        return CudaResult.Success;
    }

    private int Do(nint stream, Action work) => Do(stream, () =>
    {
        work();
        return CudaResult.Success;
    });

    private int Do(nint stream, Func<int> work) => _graphs.IsRecording(stream) ? _graphs.Record(stream, work) : _streams.Do(stream, work);

    private sealed class EmulatedFunction(PtxKernel kernel)
    {
        internal PtxKernel Kernel { get; } = kernel;

        internal int MostDynamicShared { get; set; } = 48 << 10;
    }
}
