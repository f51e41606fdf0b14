using System.Runtime.InteropServices;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>output[i] = widen(source[rows[i]]): rows of a table in any storage, as float32 or float64. Widening is exact; an item is a row.</summary>
internal unsafe struct RowGather : IRangeKernel
{
    private const int BlockSize = 256;

    public int* Rows;
    public byte* Source;
    public long RowBytes;
    public DType DType;
    public int Width;
    public byte* Output;
    public bool IsDouble;

    /// <inheritdoc/>
    public readonly void Run(int begin, int end, int worker)
    {
        for (var i = begin; i < end; i++)
        {
            var source = Source + (Rows[i] * RowBytes);
            if (IsDouble)
            {
                Widen(DType, source, (double*)Output + ((long)i * Width), Width);
            }
            else
            {
                TensorConvert.ToSingle(DType, new ReadOnlySpan<byte>(source, checked((int)RowBytes)), new Span<float>((float*)Output + ((long)i * Width), Width));
            }
        }
    }

    /// <summary>One row as float64, by way of float32 where that is exact.</summary>
    internal static void Widen(DType dtype, byte* source, double* destination, int count)
    {
        if (dtype == DType.Float64)
        {
            new ReadOnlySpan<byte>(source, checked(count * sizeof(double))).CopyTo(MemoryMarshal.AsBytes(new Span<double>(destination, count)));
            return;
        }

        var block = stackalloc float[BlockSize];
        for (var first = 0; first < count; first += BlockSize)
        {
            var length = Math.Min(BlockSize, count - first);
            var bytes = (int)dtype.Bytes(length);
            TensorConvert.ToSingle(dtype, new ReadOnlySpan<byte>(source + dtype.Bytes(first), bytes), new Span<float>(block, length));
            for (var i = 0; i < length; i++)
            {
                destination[first + i] = block[i];
            }
        }
    }
}
