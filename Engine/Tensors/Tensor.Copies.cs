using System.Runtime.InteropServices;

namespace PlamoNative.Engine;

/// <content>Copies, in order with the work on the tensors' devices; they are the only way to the elements of a GPU's tensor.</content>
public sealed unsafe partial class Tensor
{
    /// <summary>Copies a dense tensor of the same shape and type into this dense tensor; they may be on different devices.</summary>
    /// <exception cref="ShapeMismatchException">The shapes differ.</exception>
    /// <exception cref="DTypeMismatchException">The element types differ.</exception>
    /// <exception cref="InvalidOperationException">One of them is strided.</exception>
    public void CopyFrom(Tensor source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.Shape != Shape)
        {
            Throw.ShapeMismatch(nameof(CopyFrom), nameof(source), Shape.ToString(), source.Shape.ToString());
        }

        if (source.DType != DType)
        {
            Throw.DTypeMismatch(nameof(CopyFrom), nameof(source), DType.Name(), source.DType.Name());
        }

        if (!IsContiguous || !source.IsContiguous)
        {
            throw new InvalidOperationException($"only dense tensors are copied, not strides {source.Strides} to {Strides}");
        }

        var bytes = DenseBytes(Shape, DType);
        if (_isHostMemory)
        {
            source.CopyBytesToHost(Pointer, bytes);
        }
        else if (source._isHostMemory)
        {
            Device.CopyFromHost(source.Pointer, Address, bytes);
        }
        else if (source.Device == Device)
        {
            Device.CopyWithin(source.Address, Address, bytes);
        }
        else
        {
            Device.CopyFromDevice(source.Device, source.Address, Address, bytes);
        }

        // Only addresses are in use above: a tensor that nobody holds any more could give its memory back in the middle of the copy.
        GC.KeepAlive(source);
        GC.KeepAlive(this);
    }

    /// <summary>Copies as many values as this dense tensor has elements into it.</summary>
    /// <exception cref="DTypeMismatchException"><typeparamref name="T"/> is not the element type.</exception>
    /// <exception cref="ShapeMismatchException">There are more or fewer values.</exception>
    /// <exception cref="InvalidOperationException">The tensor is strided.</exception>
    public void CopyFrom<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        CheckSpan<T>(nameof(CopyFrom), values.Length);
        fixed (T* source = values)
        {
            if (_isHostMemory)
            {
                values.CopyTo(new Span<T>(Pointer, values.Length));
            }
            else
            {
                Device.CopyFromHost((byte*)source, Address, DenseBytes(Shape, DType));
            }
        }

        GC.KeepAlive(this);
    }

    /// <summary>Copies the elements of this dense tensor to the processor's memory, after the work on its device that was started before.</summary>
    /// <exception cref="DTypeMismatchException"><typeparamref name="T"/> is not the element type.</exception>
    /// <exception cref="ShapeMismatchException">The span has more or fewer elements.</exception>
    /// <exception cref="InvalidOperationException">The tensor is strided.</exception>
    public void CopyTo<T>(Span<T> destination)
        where T : unmanaged
    {
        CheckSpan<T>(nameof(CopyTo), destination.Length);
        fixed (T* target = destination)
        {
            CopyBytesToHost((byte*)target, DenseBytes(Shape, DType));
        }
    }

    /// <summary>The elements of this dense tensor as a new array; see <see cref="CopyTo"/>.</summary>
    public T[] ToArray<T>()
        where T : unmanaged
    {
        var values = new T[ElementCount];
        CopyTo<T>(values);
        return values;
    }

    /// <summary>A dense copy of this dense tensor on a device, its own too; it lives until it is disposed.</summary>
    public Tensor To(Device device)
    {
        var copy = Allocate(device, Shape, DType);
        copy.CopyFrom(this);
        return copy;
    }

    /// <summary>Sets every byte of this dense tensor to zero.</summary>
    /// <exception cref="InvalidOperationException">The tensor is strided.</exception>
    public void Clear()
    {
        if (!IsContiguous)
        {
            throw new InvalidOperationException($"only dense tensors are cleared, not strides {Strides}");
        }

        if (_isHostMemory)
        {
            NativeMemory.Clear(Pointer, checked((nuint)DenseBytes(Shape, DType)));
        }
        else
        {
            Device.Fill(Address, 0, DenseBytes(Shape, DType));
        }

        GC.KeepAlive(this);
    }

    private void CopyBytesToHost(byte* destination, long bytes)
    {
        if (_isHostMemory)
        {
            Buffer.MemoryCopy(Pointer, destination, bytes, bytes);
        }
        else
        {
            Device.CopyToHost(Address, destination, bytes);
        }

        GC.KeepAlive(this);
    }

    private void CheckSpan<T>(string operation, int length)
        where T : unmanaged
    {
        if (DTypeExtensions.Of<T>() != DType)
        {
            Throw.DTypeMismatch(operation, nameof(T), DType.Name(), DTypeExtensions.Of<T>().Name());
        }

        if (length != ElementCount)
        {
            Throw.ShapeMismatch(operation, nameof(length), $"{ElementCount} elements for {Shape}", $"{length} elements");
        }

        if (!IsContiguous)
        {
            throw new InvalidOperationException($"only dense tensors are copied, not strides {Strides}");
        }
    }
}
