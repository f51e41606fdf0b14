namespace PlamoNative.Kernels;

/// <summary>Strides in bytes of what a backward pass of the scan reads and writes beside the forward pass's tensors, as one argument of a launch.</summary>
internal struct ScanGradientShape
{
    /// <summary>Of the output's gradient.</summary>
    public long OutputToken;
    public long OutputHead;
    public long XToken;
    public long XHead;
    public long ZToken;
    public long ZHead;
    public long DtToken;
    public long BToken;
    public long CToken;

    /// <summary>Tokens of the call.</summary>
    public int Tokens;

    /// <summary>Heads whose parts of dB and dC a block adds.</summary>
    public int GroupHeads;
}
