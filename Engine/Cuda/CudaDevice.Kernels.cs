using System.Text;

namespace PlamoNative.Engine;

/// <content>Kernels: finding, loading, launching, recording.</content>
public sealed unsafe partial class CudaDevice
{
    private const int LongestLog = 4000;

    // Every device that has clusters takes this size; larger ones must be allowed.
    private const int LargestPortableCluster = 8;

    private readonly Lock _kernelLock = new();
    private readonly List<KernelLibrary> _libraries = [];
    private readonly Dictionary<string, CudaKernel> _kernels = new(StringComparer.Ordinal);
    private CudaKernel? _lastLaunched;
    private CubinCache? _cubins;

    /// <summary>Adds kernels of one's own; among equal names those of the library that was added first count.</summary>
    public void Use(KernelLibrary library)
    {
        ArgumentNullException.ThrowIfNull(library);
        lock (_kernelLock)
        {
            _libraries.Add(library);
        }
    }

    /// <summary>The kernel of a name, loaded at its first use.</summary>
    /// <param name="name"><c>Class.Method.suffix</c>.</param>
    /// <exception cref="KernelNotFoundException">No library has it for this device; the message has the nearest name.</exception>
    /// <exception cref="CudaException">The driver cannot assemble or load it; the message has its log.</exception>
    public CudaKernel Kernel(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        lock (_kernelLock)
        {
            if (!_kernels.TryGetValue(name, out var kernel))
            {
                var library = _libraries.Find(candidate => candidate.Contains(name)) ?? _libraries[0];
                var manifest = library.Find(name, Info.ComputeCapabilityMajor, Info.ComputeCapabilityMinor);
                Enter();
                var module = LoadModule(library, manifest);
                Check(Driver.GetFunction(module, manifest.Entry, out var function), "cuModuleGetFunction", name, $"entry {manifest.Entry}");
                if (manifest.ClusterSize > LargestPortableCluster)
                {
                    Check(Driver.SetFunctionAttribute(function, CudaFunctionAttribute.AllowsNonPortableCluster, 1), "cuFuncSetAttribute", name, $"clusters of {manifest.ClusterSize}");
                }

                _kernels.Add(name, kernel = new CudaKernel(this, manifest, module, function));
            }

            return kernel;
        }
    }

    /// <summary>Records the launches and copies of a callback instead of starting them. The callback must not read results or wait.</summary>
    /// <param name="work">What each replay is to do; it has run once before, so that its kernels are loaded and memory for it is known to suffice.</param>
    /// <exception cref="InvalidOperationException">A graph is being recorded already.</exception>
    /// <exception cref="CudaException">The driver refuses a call while recording.</exception>
    public CudaGraph Capture(Action work)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (_capturedPinned is not null)
        {
            throw new InvalidOperationException($"{Name}: a graph is being recorded already");
        }

        Enter();
        var stream = _stream;
        var arena = Pool.BeginCapture();
        var pinned = _capturedPinned = [];
        nint graph = 0;
        try
        {
            Check(Driver.BeginCapture(stream.Handle), "cuStreamBeginCapture");
            try
            {
                work();
            }
            finally
            {
                var code = Driver.EndCapture(stream.Handle, out graph);
                graph = code == CudaResult.Success ? graph : 0;
            }

            // A refused end is reported by what made the recording invalid, if that threw; else here.
            Check(graph == 0 ? CudaResult.InvalidCapture : CudaResult.Success, "cuStreamEndCapture");
            Check(Driver.InstantiateGraph(graph, out var executable), "cuGraphInstantiate");
            return new CudaGraph(this, graph, executable, arena, pinned);
        }
        catch
        {
            _ = graph == 0 ? CudaResult.Success : Driver.DestroyGraph(graph);
            pinned.ForEach(address => _ = Driver.FreeHost(address));
            Pool.Dissolve(arena);
            throw;
        }
        finally
        {
            Pool.EndCapture();
            _capturedPinned = null;
        }
    }

    internal void Launch(CudaKernel kernel, GridSize grid, int dynamicSharedBytes, ReadOnlySpan<byte> parameters)
    {
        Enter();
        var launch = new CudaLaunch
        {
            Function = kernel.Function,
            Grid = grid,
            BlockThreads = kernel.Manifest.BlockThreads,
            DynamicSharedBytes = dynamicSharedBytes,
            Stream = _stream.Handle,
            ClusterSize = kernel.Manifest.ClusterSize,
        };
        var code = Driver.Launch(in launch, parameters);
        if (code == CudaResult.Success && Options.IsBlocking && _capturedPinned is null)
        {
            code = Driver.SynchronizeStream(launch.Stream);
        }

        if (code != CudaResult.Success)
        {
            Check(code, "cuLaunchKernel", kernel.Name, $"grid {grid}, block {launch.BlockThreads}, {dynamicSharedBytes} bytes of dynamic shared memory");
        }

        _lastLaunched = kernel;
    }

    private nint LoadModule(KernelLibrary library, KernelManifest manifest)
    {
        var options = new CudaModuleOptions(Options.OptimizationLevel, Options.MaximumRegisters, Options.HasLineInformation);
        var ptx = Encoding.UTF8.GetBytes(library.Text(manifest) + '\0');
        if (!Driver.CanLink)
        {
            Check(Driver.LoadModule(ptx, options, out var direct, out var said), "cuModuleLoadDataEx", manifest.Name, LogOf(manifest, said));
            return direct;
        }

        var key = CubinCache.KeyOf(ptx, options, Info, Driver.Build);
        if (_cubins?.Find(key) is { } kept && Driver.LoadModule(kept, options, out var module, out _) == CudaResult.Success)
        {
            return module;
        }

        Check(Driver.Link(ptx, options, out var cubin, out var log), "cuLinkAddData", manifest.Name, LogOf(manifest, log));
        Check(Driver.LoadModule(cubin, options, out module, out log), "cuModuleLoadDataEx", manifest.Name, LogOf(manifest, log));
        _cubins?.Keep(key, cubin);
        return module;
    }

    /// <summary>What the assembler said, on one line: the message is printed as one.</summary>
    private static string LogOf(KernelManifest manifest, string log) =>
        $"{manifest.Architecture.Target}{(log.Length == 0 ? "" : ": ")}{OneLine.Clean(log.ReplaceLineEndings(" | "), LongestLog)}";

    private void UnloadKernels()
    {
        foreach (var kernel in _kernels.Values)
        {
            _ = Driver.UnloadModule(kernel.Module);
        }

        _kernels.Clear();
    }
}
