namespace PlamoNative.Runtime.Sessions;

/// <summary>A step of an answer.</summary>
/// <param name="Id">The token; the one that ends the text is reported too, without text.</param>
/// <param name="Text">The text that became certain with it, often none: bytes of a code point and beginnings of stop strings are held back.</param>
/// <param name="Finish">Set on the last step.</param>
public readonly record struct GeneratedToken(int Id, string Text, FinishReason? Finish);
