using System.Globalization;
using PlamoNative.Engine;

namespace PlamoNative.Training.Configuration;

/// <summary>One <c>--set key=value</c>: a dotted path and a YAML value that takes the place of what stands there.</summary>
internal static class ConfigurationOverride
{
    private const string Option = "--set";

    /// <summary>The tree with the value in its place; mappings on the way that are not there are made.</summary>
    /// <param name="root">The tree so far.</param>
    /// <param name="assignment">Such as <c>optimizer.learning_rate=3e-4</c> or <c>data.sources.0.weight=2</c> (values of lists are counted from 0).</param>
    /// <exception cref="ConfigurationException">No assignment, a path through something that holds no keys, or a value that is no YAML.</exception>
    internal static ConfigurationNode Apply(ConfigurationNode root, string assignment)
    {
        var border = assignment.IndexOf('=', StringComparison.Ordinal);
        var path = border < 0 ? "" : assignment[..border].Trim();
        if (path.Length == 0)
        {
            throw new ConfigurationException(Option, "assignment", "KEY=VALUE, such as optimizer.learning_rate=3e-4", $"'{assignment}'");
        }

        var source = $"{Option} {path}";
        var value = ConfigurationNodeReader.Read(assignment[(border + 1)..], source, hasLines: false);
        return Replace(root, path.Split('.'), 0, value, source);
    }

    private static ConfigurationNode Replace(ConfigurationNode? node, string[] path, int depth, ConfigurationNode value, string source)
    {
        if (depth == path.Length)
        {
            return value;
        }

        if (node is { Kind: ConfigurationNodeKind.List })
        {
            var items = node.Items.ToArray();
            if (!int.TryParse(path[depth], NumberStyles.None, CultureInfo.InvariantCulture, out var index) || index >= items.Length)
            {
                throw new ConfigurationException(source, Name(path, depth), $"a position in a list of {items.Length} values, counted from 0", $"'{path[depth]}'");
            }

            items[index] = Replace(items[index], path, depth + 1, value, source);
            return ConfigurationNode.List(node.Location, items);
        }

        if (node is { Kind: ConfigurationNodeKind.Scalar, IsNothing: false })
        {
            throw new ConfigurationException(source, Name(path, depth), "a mapping to set a key of", node.Describe());
        }

        var entries = node?.Entries.ToList() ?? [];
        var at = entries.FindIndex(entry => entry.Key == path[depth]);
        var entry = new ConfigurationEntry(path[depth], source, Replace(at < 0 ? null : entries[at].Value, path, depth + 1, value, source));
        if (at < 0)
        {
            entries.Add(entry);
        }
        else
        {
            entries[at] = entry;
        }

        return ConfigurationNode.Mapping(node is null || node.IsNothing ? source : node.Location, entries);
    }

    private static string Name(string[] path, int depth) => depth == 0 ? "content" : string.Join('.', path[..depth]);
}
