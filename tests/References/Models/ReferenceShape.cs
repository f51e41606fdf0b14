namespace PlamoNative.Tests.References;

/// <summary>Sizes of a PLaMo 2 model, in the letters of the paper.</summary>
public sealed record ReferenceShape
{
    /// <summary>Vocabulary.</summary>
    public required int V { get; init; }

    /// <summary>Hidden width.</summary>
    public required int Hidden { get; init; }

    /// <summary>Width of the MLP's gate.</summary>
    public required int F { get; init; }

    /// <summary>Query heads.</summary>
    public required int Hq { get; init; }

    /// <summary>Key-value heads.</summary>
    public required int Hkv { get; init; }

    /// <summary>Channels of a head.</summary>
    public required int P { get; init; }

    /// <summary>Mamba heads.</summary>
    public required int H { get; init; }

    /// <summary>State width.</summary>
    public required int N { get; init; }

    /// <summary>Rank of the time step.</summary>
    public required int R { get; init; }

    /// <summary>Taps of the convolution.</summary>
    public required int K { get; init; }

    /// <summary>True for attention, first layer to last.</summary>
    public required bool[] IsAttention { get; init; }

    /// <summary>Per layer: keys before the query that it sees; null for all.</summary>
    public required int?[] Window { get; init; }

    /// <summary>Per layer: base of the rotation.</summary>
    public required double[] Theta { get; init; }

    /// <summary>The head is the embedding.</summary>
    public required bool Tied { get; init; }

    /// <summary>Epsilon of all norms but the QK norm.</summary>
    public double Epsilon { get; init; } = 1e-6;
}
