namespace PlamoNative.Engine;

/// <summary>A setting given by a person (an option, a key of a configuration) is wrong. The message is one line.</summary>
public sealed class ConfigurationException(string source, string key, string expected, string found)
    : Exception($"{source}: {OneLine.Clean(key)}: expected {OneLine.Clean(expected)}, found {OneLine.Clean(found)}")
{
    /// <summary>The option or key.</summary>
    public string Key { get; } = key;

    /// <summary>What is accepted.</summary>
    public string Expected { get; } = expected;

    /// <summary>What was given.</summary>
    public string Found { get; } = found;
}
