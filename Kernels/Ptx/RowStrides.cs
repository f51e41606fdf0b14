using System.Runtime.InteropServices;

namespace PlamoNative.Kernels.Ptx;

/// <summary>Where the rows of a tensor begin, as kernels take it: row r at <c>r / InnerSize · Outer + r % InnerSize · Inner</c>, in elements of the view beside it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RowStrides
{
    /// <summary>From a row to the next.</summary>
    public long Inner;

    /// <summary>From a group of rows to the next.</summary>
    public long Outer;

    /// <summary>Rows of a group; <see cref="int.MaxValue"/> where all rows are one. Wide, so that the struct has no gap.</summary>
    public long InnerSize;

    /// <summary>The place of a row's first element.</summary>
    public static long At(RowStrides strides, int row)
    {
        var size = (int)strides.InnerSize;
        var outer = (int)((uint)row / (uint)size);
        return (outer * strides.Outer) + ((row - (outer * size)) * strides.Inner);
    }
}

/// <summary>Where the heads of tokens begin: head h of token t at <c>t · Token + h · Head</c>, in elements of the view beside it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct HeadStrides
{
    /// <summary>From a token to the next.</summary>
    public long Token;

    /// <summary>From a head to the next.</summary>
    public long Head;

    /// <summary>The place of a head's first element.</summary>
    public static long At(HeadStrides strides, int token, int head) => (token * strides.Token) + (head * strides.Head);
}
