namespace PlamoNative.PtxEmulator;

/// <summary>PTX that the emulator cannot take: one line that names the place, what was expected and what was found.</summary>
public sealed class PtxException : FormatException
{
    internal PtxException(int line, string message)
        : base(line > 0 ? $"PTX line {line}: {message}" : $"PTX: {message}") => Line = line;

    /// <summary>The line of the PTX text, counted from one; 0 when the whole text is meant.</summary>
    public int Line { get; }
}
