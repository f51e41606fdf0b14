namespace PlamoNative.Runtime.Sessions;

/// <summary>Why an answer ended.</summary>
public enum FinishReason
{
    /// <summary>The model ended it: EOS, BOS of the next document, or a stop token of the request.</summary>
    EndOfText,

    /// <summary>A stop string of the request.</summary>
    StopString,

    /// <summary>As many tokens as were asked for.</summary>
    MaxTokens,

    /// <summary>Prompt and answer fill the context.</summary>
    ContextFull,
}
