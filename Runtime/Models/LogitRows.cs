namespace PlamoNative.Runtime.Models;

/// <summary>For which tokens of a sequence logits are wanted.</summary>
public enum LogitRows
{
    /// <summary>None: the sequence only advances.</summary>
    None,

    /// <summary>The last token, which predicts the next one.</summary>
    Last,

    /// <summary>Every token.</summary>
    All,
}
