namespace PlamoNative.Engine.Formats;

/// <summary>A tensor inside a mapped file: what it is and where its bytes lie. Row-major: the last dimension is the fastest.</summary>
public sealed unsafe class TensorEntry
{
    internal TensorEntry(MappedFile file, string name, DType dtype, long[] shape, long offset, long byteLength)
    {
        File = file;
        Name = name;
        DType = dtype;
        Shape = shape;
        Offset = offset;
        ByteLength = byteLength;
    }

    /// <summary>The file that holds the bytes.</summary>
    public MappedFile File { get; }

    /// <summary>The name as the file spells it.</summary>
    public string Name { get; }

    /// <summary>Element type, or block type.</summary>
    public DType DType { get; }

    /// <summary>Sizes of the dimensions in elements, slowest first; empty for a scalar.</summary>
    public long[] Shape { get; }

    /// <summary>Byte offset of the first element from the start of the file. Nothing guarantees that it is aligned to the element's size.</summary>
    public long Offset { get; }

    /// <summary>Bytes of all elements.</summary>
    public long ByteLength { get; }

    /// <summary>Number of elements: the product of <see cref="Shape"/>.</summary>
    public long ElementCount => ByteLength / DType.BlockBytes() * DType.BlockSize();

    /// <summary>The first byte, without a copy, valid while the file stays mapped. It may be unaligned: see <see cref="IsAligned"/>.</summary>
    /// <exception cref="ObjectDisposedException">The file is no longer mapped.</exception>
    public byte* Pointer => File.Pointer + Offset;

    /// <summary>True when the bytes start at a multiple of the element's size (2 for block types), so that they may be used in place as elements.</summary>
    public bool IsAligned => Offset % (DType.IsBlockQuantized() ? 2 : DType.BlockBytes()) == 0;

    /// <summary>All bytes, without a copy.</summary>
    /// <exception cref="NotSupportedException">The tensor has 2 GiB or more: use <see cref="Pointer"/> or <see cref="Slice"/>.</exception>
    public ReadOnlySpan<byte> Span => ByteLength <= int.MaxValue
        ? File.Span(Offset, (int)ByteLength)
        : throw new NotSupportedException($"{File.Path}: tensor {OneLine.Clean(Name)} has {ByteLength} bytes, more than a span can hold");

    /// <summary>The bytes <c>[offset, offset + length)</c> of this tensor, without a copy.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They do not all lie inside the tensor.</exception>
    public ReadOnlySpan<byte> Slice(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, ByteLength - length);
        return File.Span(Offset + offset, length);
    }
}
