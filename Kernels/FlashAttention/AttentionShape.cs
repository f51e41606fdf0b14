namespace PlamoNative.Kernels;

/// <summary>What the kernels of attention have to know of a call, as one argument of a launch. Strides are in bytes.</summary>
internal struct AttentionShape
{
    public long QueryToken;
    public long QueryHead;
    public long KeyToken;
    public long KeyHead;
    public long ValueToken;
    public long ValueHead;
    public int QueryHeads;
    public int KeyValueHeads;
    public int HeadSize;

    /// <summary>W; the largest int for none.</summary>
    public int Window;
    public int Sequences;

    /// <summary>1 where every row begins at a multiple of 16 bytes and the head size is a multiple of 4.</summary>
    public int IsVector;

    /// <summary>log2(e) / √P: scores are exponents of 2.</summary>
    public float Scale;
    public int Padding;
}

/// <summary>Strides in bytes of the gradients of a backward pass, as one argument of a launch.</summary>
internal struct AttentionGradientShape
{
    public long OutputToken;
    public long OutputHead;
    public long QueryToken;
    public long QueryHead;
    public long KeyToken;
    public long KeyHead;
    public long ValueToken;
    public long ValueHead;

    /// <summary>1 / √P.</summary>
    public float Scale;
    public int Padding;
}

/// <summary>
/// The list of sequences that goes up with a call: 64-bit numbers, <see cref="Fields"/> for each sequence. The first item of a sequence is the number of items of those before it, so
/// that a block finds its sequence by bisection.
/// </summary>
internal static class AttentionTable
{
    /// <summary>Numbers for each sequence.</summary>
    public const int Fields = 10;

    /// <summary>Items of the tiled form before this sequence.</summary>
    public const int FirstTile = 0;

    /// <summary>Items of the split form before this sequence.</summary>
    public const int FirstSplit = 1;

    /// <summary>Its first token in the call.</summary>
    public const int FirstToken = 2;

    /// <summary>Its tokens in the call.</summary>
    public const int Length = 3;

    /// <summary>Its keys in the cache.</summary>
    public const int Past = 4;

    /// <summary>The ring's row of its oldest key.</summary>
    public const int PastFirstRow = 5;

    /// <summary>Rows of the ring.</summary>
    public const int PastCapacity = 6;

    /// <summary>Address of the cached keys.</summary>
    public const int PastKeys = 7;

    /// <summary>Address of the cached values.</summary>
    public const int PastValues = 8;

    /// <summary>Partial results of the split form before this sequence, in (split, token, query head) rows.</summary>
    public const int FirstPartial = 9;
}
