namespace PlamoNative.Engine.Formats;

/// <summary>A tensor that will be written: declared before any data, so that files can be streamed.</summary>
/// <param name="Name">The name; not empty.</param>
/// <param name="DType">Element type, or block type where the format has it.</param>
/// <param name="Shape">Sizes of the dimensions in elements, slowest first; empty for a scalar.</param>
public sealed record TensorDeclaration(string Name, DType DType, long[] Shape)
{
    /// <summary>Bytes of all elements.</summary>
    /// <exception cref="ArgumentException">A dimension is negative, or rows are not whole blocks.</exception>
    /// <exception cref="OverflowException">The size does not fit in 64 bits.</exception>
    public long ByteLength
    {
        get
        {
            if (TensorSize.TryBytes(Shape, DType, out var bytes) is { } problem)
            {
                throw new ArgumentException($"tensor {OneLine.Clean(Name)}: {problem}");
            }

            return bytes;
        }
    }
}
