namespace PlamoNative.Runtime.Models;

/// <summary>What mixes tokens in a decoder layer.</summary>
public enum LayerKind
{
    /// <summary>Selective state space (Mamba-2 scan).</summary>
    Mamba,

    /// <summary>Attention to the last <see cref="Plamo2Configuration.VisibleWindow"/> tokens before the query, and to the query's own; rotated with the local base.</summary>
    WindowAttention,

    /// <summary>Attention to all tokens up to the query's; rotated with <see cref="Plamo2Configuration.RopeTheta"/>.</summary>
    FullAttention,
}
