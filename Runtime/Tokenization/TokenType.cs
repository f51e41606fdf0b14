namespace PlamoNative.Runtime.Tokenization;

/// <summary>What a row of the vocabulary is. The numbers are the ones that GGUF's <c>tokenizer.ggml.token_type</c> uses.</summary>
public enum TokenType
{
    /// <summary>A piece of text with a score; takes part in the segmentation of text.</summary>
    Normal = 1,

    /// <summary>The token that stands for "unknown"; like <see cref="Control"/>, text forms it only on request.</summary>
    Unknown = 2,

    /// <summary>A control token such as <c>&lt;|plamo:bos|&gt;</c>; text forms it only on request.</summary>
    Control = 3,

    /// <summary>Padding of a GGUF's vocabulary: never encoded, decodes to nothing.</summary>
    Unused = 5,

    /// <summary>One of the 256 byte tokens <c>&lt;0xNN&gt;</c>, out of which unknown code points are spelled in UTF-8.</summary>
    Byte = 6,
}
