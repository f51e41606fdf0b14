namespace PlamoNative.Cli.Parsing;

/// <summary>A command line, or something it names, cannot be used. The message is one line without its first word, "error".</summary>
internal sealed class UsageException(string message) : Exception(message)
{
    /// <summary>For one option of one verb.</summary>
    internal static UsageException ForOption(string option, string expected, string found) => new($"{option}: expected {expected}, found {found}");
}
