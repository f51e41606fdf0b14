using System.Globalization;
using PlamoNative.Engine;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace PlamoNative.Training.Configuration;

/// <summary>
/// Builds the tree of a YAML text from the parser's events. A key may stand once; an alias means what its anchor means, which must be complete before it (so
/// nothing contains itself).
/// </summary>
internal sealed class ConfigurationNodeReader
{
    /// <summary>Deeper than any key lies; the parser's callers recurse.</summary>
    private const int LargestDepth = 16;

    private readonly IParser _events;
    private readonly string _source;
    private readonly bool _hasLines;
    private readonly Dictionary<AnchorName, ConfigurationNode> _anchors = [];

    private ConfigurationNodeReader(string text, string source, bool hasLines)
    {
        _events = new Parser(new StringReader(text));
        _source = source;
        _hasLines = hasLines;
    }

    /// <summary>Reads one YAML document.</summary>
    /// <param name="text">The document.</param>
    /// <param name="source">File or option, for messages.</param>
    /// <param name="hasLines">Whether messages name lines: true for files.</param>
    /// <exception cref="ConfigurationException">No YAML, a key that stands twice, more than one document.</exception>
    internal static ConfigurationNode Read(string text, string source, bool hasLines)
    {
        var reader = new ConfigurationNodeReader(text, source, hasLines);
        try
        {
            return reader.ReadDocument();
        }
        catch (YamlException exception)
        {
            throw new ConfigurationException(reader.At(exception.Start), "content", "well-formed YAML", exception.Message);
        }
        catch (InvalidOperationException)
        {
            // The library's parser loses its state over some malformed texts instead of saying so.
            var place = reader._events.Current is { } last ? reader.At(last.End) : source;
            throw new ConfigurationException(place, "content", "well-formed YAML", "something else behind this place");
        }
    }

    private ConfigurationNode ReadDocument()
    {
        _events.MoveNext();
        if (Next() is not DocumentStart)
        {
            return ConfigurationNode.Scalar(_source, "", isQuoted: false);
        }

        var root = ReadNode(Next(), LargestDepth);
        Next();
        return Next() is StreamEnd or null ? root : throw Wrong(_events.Current!, "content", "one document", "another one");
    }

    private ConfigurationNode ReadNode(ParsingEvent? start, int levels)
    {
        if (levels == 0)
        {
            throw Wrong(start!, "content", $"at most {LargestDepth} levels", "more");
        }

        switch (start)
        {
            case Scalar scalar:
                return Keep(scalar, ConfigurationNode.Scalar(At(scalar.Start), scalar.Value, scalar.Style is not (ScalarStyle.Plain or ScalarStyle.Any)));
            case SequenceStart list:
                var items = new List<ConfigurationNode>();
                while (Next() is not SequenceEnd)
                {
                    items.Add(ReadNode(_events.Current, levels - 1));
                }

                return Keep(list, ConfigurationNode.List(At(list.Start), items));
            case MappingStart mapping:
                return Keep(mapping, ReadMapping(mapping, levels - 1));
            case AnchorAlias alias:
                return _anchors.TryGetValue(alias.Value, out var known)
                    ? known
                    : throw Wrong(alias, "content", "an alias of an anchor before it", $"'*{alias.Value}'");
            default:
                throw new ConfigurationException(_source, "content", "a value", "the end");
        }
    }

    private ConfigurationNode ReadMapping(MappingStart mapping, int levels)
    {
        var entries = new List<ConfigurationEntry>();
        var lines = new Dictionary<string, string>(StringComparer.Ordinal);
        while (Next() is not MappingEnd)
        {
            if (_events.Current is not Scalar key)
            {
                throw Wrong(_events.Current!, "content", "a text as key", "a list, a mapping or an alias");
            }

            var location = At(key.Start);
            if (!lines.TryAdd(key.Value, location))
            {
                throw new ConfigurationException(location, key.Value, "a key that stands once", $"it again, first at {lines[key.Value]}");
            }

            entries.Add(new ConfigurationEntry(key.Value, location, ReadNode(Next(), levels)));
        }

        return ConfigurationNode.Mapping(At(mapping.Start), entries);
    }

    private ConfigurationNode Keep(NodeEvent at, ConfigurationNode node)
    {
        if (!at.Anchor.IsEmpty)
        {
            _anchors[at.Anchor] = node;
        }

        return node;
    }

    private ParsingEvent? Next() => _events.MoveNext() ? _events.Current : null;

    private string At(Mark mark) => _hasLines ? string.Create(CultureInfo.InvariantCulture, $"{_source}:{mark.Line}") : _source;

    private ConfigurationException Wrong(ParsingEvent at, string key, string expected, string found) => new(At(at.Start), key, expected, found);
}
