namespace PlamoNative.Kernels;

/// <summary>What the kernels of the selective scan have to know of a call, as one argument of a launch. Strides are in bytes.</summary>
internal struct ScanShape
{
    public long XToken;
    public long XHead;
    public long ZToken;
    public long ZHead;
    public long DtToken;
    public long BToken;
    public long CToken;
    public int Heads;
    public int HeadSize;
    public int StateSize;

    /// <summary>Tokens of a chunk, at most 64.</summary>
    public int Chunk;
    public int Sequences;

    /// <summary>1 where rows of x, z and what has their shape can be read 16 bytes at a time.</summary>
    public int IsVector;

    /// <summary>1 where rows of B, C and of states can be read 16 bytes at a time.</summary>
    public int IsMapVector;
    public int Padding;
}

/// <summary>The list of sequences that goes up with a call: 64-bit numbers, <see cref="Fields"/> for each; a block finds its sequence by bisection over the first chunks.</summary>
internal static class ScanTable
{
    /// <summary>Numbers for each sequence.</summary>
    public const int Fields = 4;

    /// <summary>Chunks of the sequences before this one.</summary>
    public const int FirstChunk = 0;

    /// <summary>Its first token in the call.</summary>
    public const int FirstToken = 1;

    /// <summary>Its tokens.</summary>
    public const int Length = 2;

    /// <summary>Address of its state [H, P, N]; 0: it begins at zero and keeps nothing.</summary>
    public const int State = 3;
}
