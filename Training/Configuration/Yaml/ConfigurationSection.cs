using System.Globalization;
using PlamoNative.Engine;

namespace PlamoNative.Training.Configuration;

/// <summary>
/// A mapping of a configuration, read key by key. What is read is what is known: <see cref="Done"/> refuses every other key, and names the nearest known
/// one. Keys that are missing are told about last, since a misspelt key is most often the one that seems to be missing.
/// </summary>
internal sealed partial class ConfigurationSection
{
    private readonly ConfigurationNode _node;
    private readonly string _path;
    private readonly List<string> _known = [];
    private readonly List<(string Key, string Expected)> _missing = [];

    private ConfigurationSection(ConfigurationNode node, string path)
    {
        _node = node;
        _path = path;
    }

    /// <summary>The whole configuration.</summary>
    /// <exception cref="ConfigurationException">It is no mapping.</exception>
    internal static ConfigurationSection Root(ConfigurationNode node) =>
        node.Kind == ConfigurationNodeKind.Mapping
            ? new ConfigurationSection(node, "")
            : throw new ConfigurationException(node.Location, "content", "a mapping of settings (key: value)", node.IsNothing ? "an empty file" : node.Describe());

    /// <summary>Whether a key stands there with a value.</summary>
    internal bool Has(string key) => Find(key) is { IsNothing: false };

    /// <summary>A mapping below this one; where it is not written, one without keys.</summary>
    internal ConfigurationSection Section(string key) => Find(key) switch
    {
        null => new ConfigurationSection(ConfigurationNode.Mapping(_node.Location, []), PathOf(key)),
        { IsNothing: true } nothing => new ConfigurationSection(ConfigurationNode.Mapping(nothing.Location, []), PathOf(key)),
        { Kind: ConfigurationNodeKind.Mapping } mapping => new ConfigurationSection(mapping, PathOf(key)),
        var other => throw Wrong(key, "a mapping", other.Describe()),
    };

    /// <summary>The mappings of a list below this one; none where it is not written.</summary>
    internal IReadOnlyList<ConfigurationSection> Sections(string key) =>
        [.. Items(key, "a list of mappings").Select((item, index) => item.Kind == ConfigurationNodeKind.Mapping
            ? new ConfigurationSection(item, PathOf(key, index))
            : throw new ConfigurationException(item.Location, PathOf(key, index), "a mapping", item.Describe()))];

    /// <summary>All keys, whatever they are called, with their values: for settings that another format's names pass through.</summary>
    internal IEnumerable<ConfigurationEntry> Everything()
    {
        _known.AddRange(_node.Entries.Select(static entry => entry.Key));
        return _node.Entries;
    }

    /// <summary>Says that every key has been asked for.</summary>
    /// <param name="result">What was read, handed through.</param>
    /// <exception cref="ConfigurationException">A key is unknown, or one that must be there is missing.</exception>
    internal T Done<T>(T result)
    {
        Expect(_known);
        return _missing is [var (key, expected), ..] ? throw new ConfigurationException(_node.Location, PathOf(key), expected, "no such key") : result;
    }

    /// <summary>Refuses keys that are none of these.</summary>
    /// <exception cref="ConfigurationException">There is one.</exception>
    internal void Expect(IReadOnlyList<string> known)
    {
        foreach (var entry in _node.Entries)
        {
            if (!known.Contains(entry.Key))
            {
                throw Unknown(entry, known);
            }
        }
    }

    /// <summary>The exception for a key that nobody knows.</summary>
    internal ConfigurationException Unknown(ConfigurationEntry entry, IEnumerable<string> known)
    {
        var nearest = entry.Key.Length == 0 ? "" : NearestName.Hint(entry.Key, known);
        return new ConfigurationException(entry.Location, _path.Length == 0 ? "content" : _path, "known keys", $"unknown key '{entry.Key}'{nearest}");
    }

    /// <summary>The exception for a wrong value.</summary>
    internal ConfigurationException Wrong(string key, string expected, string found) =>
        new(_node.Find(key)?.Location ?? _node.Location, PathOf(key), expected, found);

    /// <summary>The exception for keys that do not go together.</summary>
    internal ConfigurationException WrongAsAWhole(string expected, string found) =>
        new(_node.Location, _path.Length == 0 ? "content" : _path, expected, found);

    private ConfigurationNode? Find(string key)
    {
        if (!_known.Contains(key))
        {
            _known.Add(key);
        }

        return _node.Find(key);
    }

    private string PathOf(string key) => _path.Length == 0 ? key : $"{_path}.{key}";

    private string PathOf(string key, int index) => string.Create(CultureInfo.InvariantCulture, $"{PathOf(key)}.{index}");

    private IReadOnlyList<ConfigurationNode> Items(string key, string expected) => Find(key) switch
    {
        null or { IsNothing: true } => [],
        { Kind: ConfigurationNodeKind.List } list => list.Items,
        var other => throw Wrong(key, expected, other.Describe()),
    };
}
