namespace PlamoNative.Tests.Cases;

/// <summary>Ragged batches for the causal convolution.</summary>
/// <param name="Name">What the shape stands for.</param>
/// <param name="Offsets">Borders of the sequences.</param>
/// <param name="Heads">H.</param>
/// <param name="HeadSize">P; H · P channels.</param>
/// <param name="KernelSize">K.</param>
/// <param name="Padding">Elements between the input's heads.</param>
public sealed record ConvolutionCase(string Name, int[] Offsets, int Heads, int HeadSize, int KernelSize, int Padding)
{
    /// <summary>All cases.</summary>
    public static IReadOnlyList<ConvolutionCase> All { get; } =
    [
        new("no tokens", [0], 2, 8, 4, 0),
        new("only empty sequences", [0, 0, 0], 1, 5, 4, 0),
        new("a filter of one", [0, 3, 4], 1, 7, 1, 0),
        new("a filter of two", [0, 1, 1, 6], 3, 5, 2, 1),
        new("decode steps", [0, 1, 2, 3, 4, 5], 2, 24, 4, 8),
        new("sequences shorter than the filter", [0, 2, 3, 3, 19], 2, 17, 4, 0),
        new("a filter of seven", [0, 5, 23], 1, 33, 7, 0),
        new("around a run of tokens", [0, 31, 64, 97], 2, 130, 4, 2),
        new("PLaMo 2 heads", [0, 40, 101], 16, 128, 4, 128),
    ];
}
