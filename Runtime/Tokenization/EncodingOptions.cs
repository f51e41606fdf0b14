namespace PlamoNative.Runtime.Tokenization;

/// <summary>What encoding adds to the plain segmentation of text.</summary>
[Flags]
public enum EncodingOptions
{
    /// <summary>Text only: text that spells a control token stays text.</summary>
    None = 0,

    /// <summary>Texts of control tokens (and of the unknown token) become those tokens, the leftmost longest first.</summary>
    ControlTokens = 1,

    /// <summary>The document's first token goes before the text.</summary>
    AddBos = 2,

    /// <summary>The document's last token goes behind the text.</summary>
    AddEos = 4,
}
