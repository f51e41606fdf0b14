namespace PlamoNative.Engine;

/// <summary>A kernel that is loaded on a device: <see cref="CudaDevice.Kernel"/> gives it, <see cref="Launch"/> starts it.</summary>
public sealed class CudaKernel
{
    // What every device gives without being asked; more must be allowed for each kernel.
    private const int SharedBytesByDefault = 48 << 10;

    private readonly Lock _lock = new();
    private int _allowedDynamicBytes;

    internal CudaKernel(CudaDevice device, KernelManifest manifest, nint module, nint function)
    {
        (Device, Manifest, Module, Function) = (device, manifest, module, function);
        _allowedDynamicBytes = Math.Max(0, SharedBytesByDefault - manifest.StaticSharedBytes);
    }

    /// <summary>The device that it is loaded on.</summary>
    public CudaDevice Device { get; }

    /// <summary>Its parameters and bounds.</summary>
    public KernelManifest Manifest { get; }

    /// <summary><c>Class.Method.suffix</c>.</summary>
    public string Name => Manifest.Name;

    /// <summary>Registers of a thread.</summary>
    public int Registers => Attribute(CudaFunctionAttribute.Registers);

    /// <summary>Local memory of a thread in bytes: spilled registers and arrays that did not fit into them.</summary>
    public int LocalBytes => Attribute(CudaFunctionAttribute.LocalBytes);

    /// <summary>Shared memory of a block that the code itself declares, in bytes.</summary>
    public int StaticSharedBytes => Attribute(CudaFunctionAttribute.StaticSharedBytes);

    /// <summary>Whether the machine code was made for this very architecture, or the driver made it from PTX: 90 for 9.0.</summary>
    public int BinaryVersion => Attribute(CudaFunctionAttribute.BinaryVersion);

    internal nint Module { get; }

    internal nint Function { get; }

    /// <summary>Blocks that a multiprocessor holds at once.</summary>
    /// <param name="dynamicSharedBytes">As the launch would give.</param>
    public int Occupancy(int dynamicSharedBytes = 0)
    {
        Allow(dynamicSharedBytes);
        Device.Enter();
        Device.Check(
            Device.Driver.GetOccupancy(Function, Manifest.BlockThreads, dynamicSharedBytes, out var blocks), "cuOccupancyMaxActiveBlocksPerMultiprocessor", Name);
        return blocks;
    }

    /// <summary>Begins a launch on the device's current stream: arguments in order, then <see cref="KernelLaunch.Run"/>.</summary>
    /// <param name="grid">Blocks; the threads of a block are the kernel's own.</param>
    /// <param name="dynamicSharedBytes">Shared memory of a block beyond what the code declares; for kernels that use it.</param>
    /// <exception cref="KernelArgumentException">Shared memory is given to a kernel that takes none, or the reverse, or it is more than the device has.</exception>
    public KernelLaunch Launch(GridSize grid, int dynamicSharedBytes = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(dynamicSharedBytes);
        if (Manifest.UsesDynamicShared != dynamicSharedBytes > 0)
        {
            throw new KernelArgumentException(Name, Manifest.UsesDynamicShared
                ? "expected dynamic shared memory, none was given"
                : $"takes no dynamic shared memory, {dynamicSharedBytes} bytes were given");
        }

        if (Manifest.ClusterSize > 0 && grid.X % Manifest.ClusterSize != 0)
        {
            throw new KernelArgumentException(Name, $"expected whole clusters of {Manifest.ClusterSize} blocks along x, grid {grid}");
        }

        Allow(dynamicSharedBytes);
        return new KernelLaunch(this, grid, dynamicSharedBytes);
    }

    private int Attribute(CudaFunctionAttribute attribute)
    {
        Device.Enter();
        Device.Check(Device.Driver.GetFunctionAttribute(Function, attribute, out var value), "cuFuncGetAttribute", Name, $"{attribute}");
        return value;
    }

    private void Allow(int dynamicSharedBytes)
    {
        if (dynamicSharedBytes <= Volatile.Read(ref _allowedDynamicBytes))
        {
            return;
        }

        var most = Device.Info.SharedBytesPerBlockOptIn - Manifest.StaticSharedBytes;
        if (dynamicSharedBytes > most)
        {
            throw new KernelArgumentException(
                Name, $"{dynamicSharedBytes} bytes of dynamic shared memory; {Device.Info.Name} has {most} beside the {Manifest.StaticSharedBytes} of the code");
        }

        lock (_lock)
        {
            // Another thread may have allowed more since; the limit must never go down under a launch of that thread.
            if (dynamicSharedBytes <= _allowedDynamicBytes)
            {
                return;
            }

            Device.Enter();
            Device.Check(
                Device.Driver.SetFunctionAttribute(Function, CudaFunctionAttribute.MaxDynamicSharedBytes, dynamicSharedBytes),
                "cuFuncSetAttribute", Name, $"{dynamicSharedBytes} bytes of dynamic shared memory");
            Volatile.Write(ref _allowedDynamicBytes, dynamicSharedBytes);
        }
    }
}
