namespace PlamoNative.Training.Configuration;

/// <summary>What a place of a configuration holds.</summary>
internal enum ConfigurationNodeKind
{
    /// <summary>A text, a number, a word such as true, or nothing.</summary>
    Scalar,

    /// <summary>Values in order.</summary>
    List,

    /// <summary>Keys with values.</summary>
    Mapping,
}

/// <summary>A key of a mapping.</summary>
/// <param name="Key">The key.</param>
/// <param name="Location">Where it stands, such as <c>run.yaml:12</c>.</param>
/// <param name="Value">Its value.</param>
internal sealed record ConfigurationEntry(string Key, string Location, ConfigurationNode Value);

/// <summary>A configuration as it is written, before anything is known about its keys: every value with the place that a message about it names.</summary>
internal sealed class ConfigurationNode
{
    private const int LongestShown = 60;

    private static readonly string[] WordsForNothing = ["", "~", "null", "Null", "NULL"];

    private ConfigurationNode(ConfigurationNodeKind kind, string location)
    {
        Kind = kind;
        Location = location;
    }

    internal ConfigurationNodeKind Kind { get; }

    /// <summary>File and line, or the option that set the value.</summary>
    internal string Location { get; }

    /// <summary>Of a scalar: its text.</summary>
    internal string Text { get; private init; } = "";

    /// <summary>Of a scalar: it was written with quotes, so that it is a text whatever it looks like.</summary>
    internal bool IsQuoted { get; private init; }

    /// <summary>Of a list: its values.</summary>
    internal IReadOnlyList<ConfigurationNode> Items { get; private init; } = [];

    /// <summary>Of a mapping: its keys, each once.</summary>
    internal IReadOnlyList<ConfigurationEntry> Entries { get; private init; } = [];

    /// <summary>True for the YAML words that mean nothing, and where no value is written.</summary>
    internal bool IsNothing => Kind == ConfigurationNodeKind.Scalar && !IsQuoted && WordsForNothing.Contains(Text);

    internal static ConfigurationNode Scalar(string location, string text, bool isQuoted) =>
        new(ConfigurationNodeKind.Scalar, location) { Text = text, IsQuoted = isQuoted };

    internal static ConfigurationNode List(string location, IReadOnlyList<ConfigurationNode> items) =>
        new(ConfigurationNodeKind.List, location) { Items = items };

    internal static ConfigurationNode Mapping(string location, IReadOnlyList<ConfigurationEntry> entries) =>
        new(ConfigurationNodeKind.Mapping, location) { Entries = entries };

    /// <summary>The value of a key, or null where there is none.</summary>
    internal ConfigurationNode? Find(string key)
    {
        foreach (var entry in Entries)
        {
            if (entry.Key == key)
            {
                return entry.Value;
            }
        }

        return null;
    }

    /// <summary>The value in a few words, for a message's "found".</summary>
    internal string Describe() => Kind switch
    {
        ConfigurationNodeKind.List => "a list",
        ConfigurationNodeKind.Mapping => "a mapping",
        _ when IsNothing => "nothing",
        _ => Text.Length <= LongestShown ? $"'{Text}'" : $"'{Text[..LongestShown]}...'",
    };
}
