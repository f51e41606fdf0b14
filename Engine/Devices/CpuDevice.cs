using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PlamoNative.Engine;

/// <summary>The processor: a memory pool and the threads of its kernels.</summary>
public sealed class CpuDevice : Device
{
    private readonly MemoryPool _pool = new();

    /// <summary>Opens the processor.</summary>
    /// <param name="threadCount">Threads for kernels; 0 means one per logical processor. Results do not depend on it.</param>
    public CpuDevice(int threadCount = 0) => Workers = new WorkerPool(threadCount);

    /// <inheritdoc/>
    public override string Name => "cpu";

    /// <inheritdoc/>
    public override string Description => string.Create(
        CultureInfo.InvariantCulture, $"{CpuInfo.ModelName}, {CpuInfo.InstructionSet}, {Workers.ThreadCount} threads");

    /// <inheritdoc/>
    public override MemoryInfo Memory => _pool.Info;

    /// <summary>The threads that kernels run on.</summary>
    public WorkerPool Workers { get; }

    /// <inheritdoc/>
    public override Storage Allocate(long bytes) => _pool.Rent(bytes);

    /// <inheritdoc/>
    public override void Trim() => _pool.Trim();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Workers.Dispose();
            _pool.Trim();
        }
    }
}
