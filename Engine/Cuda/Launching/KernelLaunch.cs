using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PlamoNative.Engine;

/// <summary>
/// A launch whose arguments are being given: <c>kernel.Launch(grid).View(input).Int(width).Run()</c>. Each argument is checked against the kernel's parameter at
/// its place. Nothing is allocated; a launch belongs to the thread that began it and is finished before that thread begins the next.
/// </summary>
public readonly unsafe ref struct KernelLaunch
{
    private readonly CudaKernel _kernel;
    private readonly ParameterBuffer _buffer;
    private readonly GridSize _grid;
    private readonly int _dynamicSharedBytes;
    private readonly int _launch;
    private readonly int _given;

    internal KernelLaunch(CudaKernel kernel, GridSize grid, int dynamicSharedBytes)
    {
        _kernel = kernel;
        _grid = grid;
        _dynamicSharedBytes = dynamicSharedBytes;
        _buffer = ParameterBuffer.OfThread;
        _launch = _buffer.Begin(kernel.Manifest.ParameterBytes);
    }

    private KernelLaunch(KernelLaunch before)
    {
        this = before;
        _given = before._given + 1;
    }

    /// <summary>Passes a tensor as a view: its first element's address, and the elements from there to its last one (bytes for block-quantised types).</summary>
    /// <param name="tensor">On the kernel's device; strides are not passed. Null passes an empty view at address 0.</param>
    /// <exception cref="DeviceMismatchException">The tensor is on another device.</exception>
    /// <exception cref="KernelArgumentException">The parameter here is no view.</exception>
    public KernelLaunch View(Tensor? tensor)
    {
        if (tensor is null)
        {
            return View(0, 0);
        }

        if (tensor.Device != _kernel.Device)
        {
            ThrowDevice(tensor);
        }

        return View(tensor.Address, Extent(tensor));
    }

    /// <summary>Passes an uploaded array as a view.</summary>
    /// <exception cref="KernelArgumentException">The parameter here is no view.</exception>
    public KernelLaunch View<T>(scoped in DeviceArray<T> array)
        where T : unmanaged => View(array.Address, array.Length);

    /// <summary>Passes an address and a length in elements as a view.</summary>
    /// <param name="address">On the kernel's device.</param>
    /// <param name="length">Elements of the kernel's type.</param>
    /// <exception cref="KernelArgumentException">The parameter here is no view.</exception>
    public KernelLaunch View(nint address, long length)
    {
        var place = Next(KernelParameterKind.View, 16);
        MemoryMarshal.Write(place, (long)address);
        MemoryMarshal.Write(place[8..], length);
        return new KernelLaunch(this);
    }

    /// <summary>Passes a 32-bit integer.</summary>
    /// <exception cref="KernelArgumentException">The parameter here is another.</exception>
    public KernelLaunch Int(int value) => Scalar(KernelParameterKind.Int32, value);

    /// <summary>Passes a 64-bit integer.</summary>
    /// <exception cref="KernelArgumentException">The parameter here is another.</exception>
    public KernelLaunch Long(long value) => Scalar(KernelParameterKind.Int64, value);

    /// <summary>Passes a 32-bit unsigned integer.</summary>
    /// <exception cref="KernelArgumentException">The parameter here is another.</exception>
    public KernelLaunch UInt(uint value) => Scalar(KernelParameterKind.UInt32, value);

    /// <summary>Passes a 32-bit float.</summary>
    /// <exception cref="KernelArgumentException">The parameter here is another.</exception>
    public KernelLaunch Float(float value) => Scalar(KernelParameterKind.Float32, value);

    /// <summary>Passes a 64-bit float.</summary>
    /// <exception cref="KernelArgumentException">The parameter here is another.</exception>
    public KernelLaunch Double(double value) => Scalar(KernelParameterKind.Float64, value);

    /// <summary>Passes a structure of scalars, in the layout that C# and the kernel's compiler share.</summary>
    /// <exception cref="KernelArgumentException">The parameter here is no structure, or one of another size.</exception>
    public KernelLaunch Struct<T>(scoped in T value)
        where T : unmanaged => Scalar(KernelParameterKind.Struct, value);

    /// <summary>Starts the kernel in order with its stream's work; it does not wait. An empty grid starts nothing.</summary>
    /// <exception cref="KernelArgumentException">Arguments are missing.</exception>
    /// <exception cref="CudaException">The driver refuses the launch, or earlier work failed.</exception>
    public void Run()
    {
        var manifest = _kernel.Manifest;
        CheckCurrent();
        if (_given != manifest.Parameters.Count)
        {
            var missing = manifest.Parameters[_given];
            throw new KernelArgumentException(
                manifest.Name, $"argument {_given + 1} of {manifest.Parameters.Count}, '{missing.Name}' ({KernelLibraryFormat.NameOf(missing.Kind)}), is missing");
        }

        if (!_grid.IsEmpty)
        {
            _kernel.Device.Launch(_kernel, _grid, _dynamicSharedBytes, _buffer.Slice(0, manifest.ParameterBytes));
        }
    }

    private static long Extent(Tensor tensor)
    {
        if (tensor.DType.IsBlockQuantized())
        {
            return Tensor.DenseBytes(tensor.Shape, tensor.DType);
        }

        var (shape, strides, last) = (tensor.Shape, tensor.Strides, 0L);
        for (var i = 0; i < shape.Rank; i++)
        {
            if (shape[i] == 0)
            {
                return 0;
            }

            last += (shape[i] - 1) * strides[i];
        }

        return last + 1;
    }

    private KernelLaunch Scalar<T>(KernelParameterKind kind, T value)
        where T : unmanaged
    {
        MemoryMarshal.Write(Next(kind, sizeof(T)), value);
        return new KernelLaunch(this);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<byte> Next(KernelParameterKind kind, int size)
    {
        CheckCurrent();
        var parameters = _kernel.Manifest.Parameters;
        if (_given >= parameters.Count || parameters[_given].Kind != kind || parameters[_given].Size != size)
        {
            ThrowArgument(kind, size);
        }

        return _buffer.Slice(parameters[_given].Offset, size);
    }

    private void CheckCurrent()
    {
        if (_kernel is null || _buffer.Launch != _launch)
        {
            throw new InvalidOperationException("a launch is finished before its thread begins another, and run once");
        }
    }

    private void ThrowArgument(KernelParameterKind kind, int size)
    {
        var manifest = _kernel.Manifest;
        var given = kind == KernelParameterKind.Struct ? $"a struct of {size} bytes" : KernelLibraryFormat.NameOf(kind);
        if (_given >= manifest.Parameters.Count)
        {
            throw new KernelArgumentException(manifest.Name, $"takes {manifest.Parameters.Count} arguments; {given} is one too many");
        }

        var parameter = manifest.Parameters[_given];
        var expected = parameter.Kind == KernelParameterKind.Struct ? $"a struct of {parameter.Size} bytes" : KernelLibraryFormat.NameOf(parameter.Kind);
        throw new KernelArgumentException(manifest.Name, $"argument {_given + 1}, '{parameter.Name}': expected {expected}, given {given}");
    }

    private void ThrowDevice(Tensor tensor)
    {
        var parameters = _kernel.Manifest.Parameters;
        throw new DeviceMismatchException(
            _kernel.Name, _given < parameters.Count ? parameters[_given].Name : nameof(tensor), _kernel.Device.Name, tensor.Device.Name);
    }
}
