namespace PlamoNative.Kernels;

/// <summary>One call of the selective scan in raw form: addresses, strides in elements, sizes.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal unsafe struct ScanProblem<T>
    where T : unmanaged
{
    /// <summary>[T, H, P].</summary>
    internal T* X;
    internal nint XTokenStride;
    internal nint XHeadStride;

    /// <summary>[T, H, P].</summary>
    internal T* Z;
    internal nint ZTokenStride;
    internal nint ZHeadStride;

    /// <summary>[T, H].</summary>
    internal T* Dt;
    internal nint DtTokenStride;

    /// <summary>[T, N].</summary>
    internal T* B;
    internal nint BTokenStride;

    /// <summary>[T, N].</summary>
    internal T* C;
    internal nint CTokenStride;

    /// <summary>[H] each.</summary>
    internal T* DtBias;
    internal T* ALog;
    internal T* D;

    /// <summary>[T, H, P], dense.</summary>
    internal T* Output;

    internal int Heads;
    internal int HeadSize;
    internal int StateSize;

    /// <summary>Tokens of a chunk.</summary>
    internal int Chunk;

    internal readonly T* XRow(int token, int head) => X + (token * XTokenStride) + (head * XHeadStride);

    internal readonly T* ZRow(int token, int head) => Z + (token * ZTokenStride) + (head * ZHeadStride);

    internal readonly T* OutputRow(int token, int head) => Output + ((((nint)token * Heads) + head) * HeadSize);
}

/// <summary>One sequence of a call.</summary>
internal unsafe struct ScanSequence<T>
    where T : unmanaged
{
    internal int FirstToken;
    internal int Length;

    /// <summary>[H, P, N], read and written; null: begin at zero and keep nothing.</summary>
    internal T* State;

    /// <summary>Chunks of all sequences before this one.</summary>
    internal int FirstChunk;

    /// <summary>Chunks of this sequence; 0 when it is run token by token.</summary>
    internal int Chunks;
}
