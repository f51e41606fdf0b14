namespace PlamoNative.Engine;

/// <content>Runs of a dense tensor's bytes, wherever they lie: what files are read into and written from.</content>
public sealed unsafe partial class Tensor
{
    /// <summary>Copies a run of elements to the processor's memory, after the work on the tensor's device that was started before.</summary>
    /// <param name="first">The first element; for block types the first of a block.</param>
    /// <param name="destination">Takes as many bytes as it has.</param>
    /// <exception cref="ArgumentOutOfRangeException">The run leaves the tensor.</exception>
    /// <exception cref="InvalidOperationException">The tensor is strided.</exception>
    public void ReadBytes(long first, Span<byte> destination)
    {
        var offset = CheckedRun(nameof(ReadBytes), first, destination.Length);
        fixed (byte* target = destination)
        {
            if (_isHostMemory)
            {
                new ReadOnlySpan<byte>(Pointer + offset, destination.Length).CopyTo(destination);
            }
            else
            {
                Device.CopyToHost(Address + (nint)offset, target, destination.Length);
            }
        }

        // As in the other copies: only an address is in use above.
        GC.KeepAlive(this);
    }

    /// <summary>Copies bytes of the processor's memory into a run of elements, in order with the work on the tensor's device.</summary>
    /// <param name="first">The first element; for block types the first of a block.</param>
    /// <param name="source">The bytes; they may be used again when this returns.</param>
    /// <exception cref="ArgumentOutOfRangeException">The run leaves the tensor.</exception>
    /// <exception cref="InvalidOperationException">The tensor is strided.</exception>
    public void WriteBytes(long first, ReadOnlySpan<byte> source)
    {
        var offset = CheckedRun(nameof(WriteBytes), first, source.Length);
        fixed (byte* from = source)
        {
            if (_isHostMemory)
            {
                source.CopyTo(new Span<byte>(Pointer + offset, source.Length));
            }
            else
            {
                Device.CopyFromHost(from, Address + (nint)offset, source.Length);
            }
        }

        GC.KeepAlive(this);
    }

    private long CheckedRun(string operation, long first, long bytes)
    {
        if (!IsContiguous)
        {
            throw new InvalidOperationException($"{operation} is for dense tensors, not for strides {Strides}");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(first);
        var offset = DType.Bytes(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, DenseBytes(Shape, DType) - offset, nameof(bytes));
        return offset;
    }
}
