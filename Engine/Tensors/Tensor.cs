using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace PlamoNative.Engine;

/// <summary>
/// A view of typed elements in counted memory. Dense tensors are row-major; <see cref="Narrow"/> and its kin give strided views of the same memory.
/// </summary>
/// <remarks>
/// A tensor made by a <see cref="TensorScope"/> lives as long as the scope's current turn (see <see cref="TensorScope.Reset"/>), any other one until
/// <see cref="Dispose"/>. Views of a scope's tensor belong to the same scope.
/// </remarks>
public sealed unsafe partial class Tensor : IDisposable
{
    private Storage? _storage;
    private TensorScope? _scope;
    private nint _address;
    private bool _isHostMemory;

    internal Tensor()
    {
    }

    /// <summary>Element type.</summary>
    public DType DType { get; private set; }

    /// <summary>Axis sizes, outermost first.</summary>
    public Shape Shape { get; private set; }

    /// <summary>Distance between neighbours along each axis, in elements. Block-quantised tensors are always dense.</summary>
    public Shape Strides { get; private set; }

    /// <summary>Where the memory is.</summary>
    public Device Device { get; private set; } = null!;

    /// <summary>Product of the axis sizes.</summary>
    public long ElementCount => Shape.ElementCount;

    /// <summary>True when the elements lie row-major without gaps.</summary>
    public bool IsContiguous
    {
        get
        {
            var step = 1L;
            for (var i = Shape.Rank - 1; i >= 0; i--)
            {
                if (Shape[i] != 1 && Strides[i] != step)
                {
                    return Shape.ElementCount == 0;
                }

                step *= Shape[i];
            }

            return true;
        }
    }

    /// <summary>What a tape knows about the stored tensor that this one views; views inherit it.</summary>
    internal object? Trace { get; set; }

    /// <summary>The first element's address, for the processor.</summary>
    /// <exception cref="ObjectDisposedException">The tensor was disposed, or its scope was reset.</exception>
    /// <exception cref="HostAccessException">The tensor is on a GPU.</exception>
    public byte* Pointer
    {
        get
        {
            if (_storage is null || !_isHostMemory)
            {
                ThrowNotReadable();
            }

            return (byte*)_address;
        }
    }

    /// <summary>The first element's address as the tensor's device counts: what a launch passes.</summary>
    /// <exception cref="ObjectDisposedException">The tensor was disposed, or its scope was reset.</exception>
    public nint Address
    {
        get
        {
            ObjectDisposedException.ThrowIf(_storage is null, this);
            return _address;
        }
    }

    /// <summary>Allocates a dense tensor that lives until it is disposed; its content is undefined.</summary>
    /// <param name="device">Where.</param>
    /// <param name="shape">Axis sizes.</param>
    /// <param name="dtype">Element type; of a block type the innermost axis must hold whole blocks.</param>
    public static Tensor Allocate(Device device, Shape shape, DType dtype)
    {
        ArgumentNullException.ThrowIfNull(device);
        var storage = device.Allocate(DenseBytes(shape, dtype));
        return new Tensor().Initialize(device, storage, storage.DeviceAddress, shape, shape.RowMajorStrides(), dtype, scope: null);
    }

    /// <summary>Allocates a dense tensor that holds a copy of <paramref name="values"/>.</summary>
    /// <exception cref="ShapeMismatchException">The shape does not have as many elements.</exception>
    public static Tensor FromSpan<T>(Device device, Shape shape, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        if (shape.ElementCount != values.Length)
        {
            Throw.ShapeMismatch(nameof(FromSpan), nameof(values), $"{shape.ElementCount} elements for {shape}", $"{values.Length} elements");
        }

        var tensor = Allocate(device, shape, DTypeExtensions.Of<T>());
        tensor.CopyFrom(values);
        return tensor;
    }

    /// <summary>A dense tensor over memory that is already there (a mapped file); it takes a reference of its own.</summary>
    /// <param name="device">The device whose kernels read the memory.</param>
    /// <param name="storage">The memory.</param>
    /// <param name="byteOffset">Where the tensor begins in it.</param>
    /// <param name="shape">Axis sizes.</param>
    /// <param name="dtype">Element type.</param>
    /// <exception cref="ArgumentException">The tensor would reach past the end of the memory, or the device cannot read it.</exception>
    public static Tensor FromStorage(Device device, Storage storage, long byteOffset, Shape shape, DType dtype)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(storage);
        var bytes = DenseBytes(shape, dtype);
        if (byteOffset < 0 || bytes > storage.ByteLength - byteOffset)
        {
            throw new ArgumentException($"{bytes} bytes at {byteOffset} reach past the {storage.ByteLength} bytes of the storage", nameof(byteOffset));
        }

        if (device.IsHostMemory != storage.IsHostMemory)
        {
            throw new ArgumentException($"the kernels of {device.Name} cannot read this memory: it is {(storage.IsHostMemory ? "the processor's" : "a GPU's")}", nameof(storage));
        }

        storage.AddReference();
        return new Tensor().Initialize(device, storage, storage.DeviceAddress + (nint)byteOffset, shape, shape.RowMajorStrides(), dtype, scope: null);
    }

    /// <summary>The elements of a dense tensor.</summary>
    /// <exception cref="DTypeMismatchException"><typeparamref name="T"/> is not the element type.</exception>
    /// <exception cref="InvalidOperationException">The tensor is strided or has more than 2^31 - 1 elements.</exception>
    public Span<T> AsSpan<T>()
        where T : unmanaged
    {
        if (DTypeExtensions.Of<T>() != DType)
        {
            Throw.DTypeMismatch(nameof(AsSpan), nameof(T), DType.Name(), DTypeExtensions.Of<T>().Name());
        }

        if (!IsContiguous || ElementCount > int.MaxValue)
        {
            throw new InvalidOperationException($"a tensor of shape {Shape} with strides {Strides} is not one span");
        }

        return new Span<T>(Pointer, (int)ElementCount);
    }

    /// <summary>The first element's typed address.</summary>
    /// <exception cref="DTypeMismatchException"><typeparamref name="T"/> is not the element type.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T* PointerOf<T>()
        where T : unmanaged
    {
        if (DTypeExtensions.Of<T>() != DType)
        {
            Throw.DTypeMismatch(nameof(PointerOf), nameof(T), DType.Name(), DTypeExtensions.Of<T>().Name());
        }

        return (T*)Pointer;
    }

    /// <summary>A view of <paramref name="length"/> neighbours along one axis.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range leaves the axis.</exception>
    public Tensor Narrow(int axis, long start, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, Shape[axis] - length, nameof(start));
        var skip = start * Strides[axis];
        return View(Address + (nint)DType.Bytes(skip), Shape.With(axis, length), Strides);
    }

    /// <summary>The same elements under another shape; the innermost axes that are merged or split must lie without gaps.</summary>
    /// <exception cref="ShapeMismatchException">The element count differs, or the strides do not allow a view.</exception>
    public Tensor Reshape(Shape shape)
    {
        if (shape.ElementCount != ElementCount)
        {
            Throw.ShapeMismatch(nameof(Reshape), nameof(shape), $"{ElementCount} elements as in {Shape}", shape.ToString());
        }

        if (IsContiguous)
        {
            return View(Address, shape, shape.RowMajorStrides());
        }

        if (CanReshape(shape))
        {
            return View(Address, shape, shape.RowMajorStrides().With(0, Strides[0]));
        }

        Throw.ShapeMismatch(nameof(Reshape), nameof(shape), $"a shape that views {Shape} with strides {Strides}", shape.ToString());
        return null;
    }

    /// <summary>Whether <see cref="Reshape"/> to a shape of as many elements gives a view; else a dense copy must be made first.</summary>
    public bool CanReshape(Shape shape)
    {
        // A strided tensor can have its outermost axis kept and the dense rest split or merged.
        return IsContiguous || (Shape.Rank > 0 && shape.Rank > 0 && shape[0] == Shape[0] && RowIsDense());
    }

    /// <summary>The same elements with the axes in another order: axis i of the view is axis <c>axes[i]</c> of this tensor.</summary>
    /// <param name="axes">Every axis once.</param>
    /// <exception cref="ArgumentException">An axis is missing, twice there, or outside of the shape.</exception>
    public Tensor Permute(params ReadOnlySpan<int> axes)
    {
        Span<long> sizes = stackalloc long[Shape.MaxRank];
        Span<long> strides = stackalloc long[Shape.MaxRank];
        var seen = 0;
        for (var i = 0; i < axes.Length && i < Shape.Rank; i++)
        {
            if ((uint)axes[i] < (uint)Shape.Rank)
            {
                seen |= 1 << axes[i];
                (sizes[i], strides[i]) = (Shape[axes[i]], Strides[axes[i]]);
            }
        }

        if (axes.Length != Shape.Rank || seen != (1 << Shape.Rank) - 1)
        {
            throw new ArgumentException($"[{string.Join(", ", axes.ToArray())}] is no order of the {Shape.Rank} axes of {Shape}", nameof(axes));
        }

        return View(Address, new Shape(sizes[..axes.Length]), new Shape(strides[..axes.Length]));
    }

    /// <summary>
    /// The tensor as if it had been repeated along its axes of size 1 and along new outermost axes: a view whose stride there is 0. Many of its elements are one, so
    /// it is read and never written.
    /// </summary>
    /// <param name="shape">At least as many axes; aligned at the innermost, each is as large as here, or here it is 1.</param>
    /// <exception cref="ShapeMismatchException">The shape does not follow from this one by repetition.</exception>
    public Tensor Expand(Shape shape)
    {
        Span<long> strides = stackalloc long[Shape.MaxRank];
        var added = shape.Rank - Shape.Rank;
        var fits = added >= 0;
        for (var i = Shape.Rank - 1; i >= 0 && fits; i--)
        {
            var repeated = Shape[i] == 1 && shape[i + added] != 1;
            fits = repeated || Shape[i] == shape[i + added];
            strides[i + added] = repeated ? 0 : Strides[i];
        }

        if (!fits)
        {
            Throw.ShapeMismatch(nameof(Expand), nameof(shape), $"a shape that {Shape} is broadcast to", shape.ToString());
        }

        return View(Address, shape, new Shape(strides[..shape.Rank]));
    }

    /// <summary>Releases this view; the memory goes when its last view is gone. A scope's tensor may be disposed early.</summary>
    public void Dispose() => Release();

    /// <summary>Takes a tensor out of its scope: it then lives until it is disposed.</summary>
    public Tensor Detach()
    {
        _scope?.Forget(this);
        _scope = null;
        return this;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{DType.Name()}{Shape}";

    internal Tensor AliasIn(TensorScope scope)
    {
        var storage = _storage;
        ObjectDisposedException.ThrowIf(storage is null, this);
        storage.AddReference();
        var alias = scope.NewShell().Initialize(Device, storage, _address, Shape, Strides, DType, scope);
        alias.Trace = Trace;
        return alias;
    }

    /// <summary>Any view of this dense tensor, which begins so many elements after its first.</summary>
    internal Tensor ViewOf(long offset, Shape shape, Shape strides) => View(Address + (nint)DType.Bytes(offset), shape, strides);

    internal static long DenseBytes(Shape shape, DType dtype)
    {
        if (dtype.IsBlockQuantized() && (shape.Rank == 0 || shape[^1] % dtype.BlockSize() != 0))
        {
            Throw.ShapeMismatch(nameof(Tensor), nameof(shape), $"rows of whole {dtype.Name()} blocks of {dtype.BlockSize()}", shape.ToString());
        }

        return dtype.Bytes(shape.ElementCount);
    }

    internal Tensor Initialize(Device device, Storage storage, nint address, Shape shape, Shape strides, DType dtype, TensorScope? scope)
    {
        Device = device;
        _storage = storage;
        _address = address;
        _isHostMemory = storage.IsHostMemory;
        Shape = shape;
        Strides = strides;
        DType = dtype;
        Trace = null;
        _scope = scope;
        return this;
    }

    internal void Release()
    {
        var storage = Interlocked.Exchange(ref _storage, null);
        _address = 0;
        storage?.Release();
    }

    [DoesNotReturn]
    [StackTraceHidden]
    private void ThrowNotReadable()
    {
        ObjectDisposedException.ThrowIf(_storage is null, this);
        throw new HostAccessException($"{this} on {Device.Name}");
    }

    private bool RowIsDense()
    {
        var step = 1L;
        for (var i = Shape.Rank - 1; i >= 1; i--)
        {
            if (Shape[i] != 1 && Strides[i] != step)
            {
                return false;
            }

            step *= Shape[i];
        }

        return true;
    }

    private Tensor View(nint address, Shape shape, Shape strides)
    {
        var storage = _storage;
        ObjectDisposedException.ThrowIf(storage is null, this);
        storage.AddReference();
        var view = _scope?.NewShell() ?? new Tensor();
        view.Initialize(Device, storage, address, shape, strides, DType, _scope);
        view.Trace = Trace;
        return view;
    }
}
