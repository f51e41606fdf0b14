namespace PlamoNative.Engine;

/// <summary>A file (weights, tokenizer, configuration) does not hold what its format demands. The message is one line: file, field, expected, found.</summary>
public sealed class ModelFormatException : Exception
{
    /// <summary>Creates the exception for one field of one file.</summary>
    /// <param name="file">Path of the file as the user gave it.</param>
    /// <param name="field">The place inside the file: a header field, a tensor name, a line number.</param>
    /// <param name="expected">What the format demands there.</param>
    /// <param name="found">What stands there instead; long values are cut.</param>
    /// <param name="offset">Byte offset inside the file when it is known.</param>
    /// <param name="innerException">The parser's own exception, if one started this.</param>
    public ModelFormatException(string file, string field, string expected, string found, long? offset = null, Exception? innerException = null)
        : base($"{OneLine.CleanPath(file)}: {OneLine.Clean(field)}{(offset is { } at ? $" at byte {at}" : "")}: expected {OneLine.Clean(expected)}, found {OneLine.Clean(found)}", innerException)
    {
        File = file;
        Field = field;
        Expected = expected;
        Found = found;
        Offset = offset;
    }

    /// <summary>Path of the file as the user gave it.</summary>
    public string File { get; }

    /// <summary>The place inside the file.</summary>
    public string Field { get; }

    /// <summary>What the format demands.</summary>
    public string Expected { get; }

    /// <summary>What was found.</summary>
    public string Found { get; }

    /// <summary>Byte offset inside the file, if known.</summary>
    public long? Offset { get; }
}
