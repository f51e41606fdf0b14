using PlamoNative.Engine;

namespace PlamoNative.Training.Data;

/// <summary>The files that the patterns of a corpus name.</summary>
internal static class CorpusFiles
{
    private const string AllBelow = "**";

    /// <summary>Expands the patterns: their order stays, within one the order is ordinal.</summary>
    /// <exception cref="ConfigurationException">There is no pattern, or one finds nothing.</exception>
    internal static IReadOnlyList<string> Expand(CorpusOptions corpus)
    {
        var found = new List<string>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var pattern in corpus.Files)
        {
            foreach (var file in Expand(corpus.Name, pattern))
            {
                if (known.Add(Path.GetFullPath(file)))
                {
                    found.Add(file);
                }
            }
        }

        return found.Count > 0 ? found : throw new ConfigurationException(Where(corpus.Name), "files", "at least one file", "none");
    }

    private static IEnumerable<string> Expand(string corpus, string pattern)
    {
        if (pattern.Length == 0)
        {
            throw new ConfigurationException(Where(corpus), "files", "a path", "an empty one");
        }

        if (!HasWildcard(pattern))
        {
            return [pattern];
        }

        var folder = Path.GetDirectoryName(pattern) ?? "";
        var depth = SearchOption.TopDirectoryOnly;
        if (Path.GetFileName(folder) == AllBelow)
        {
            folder = Path.GetDirectoryName(folder) ?? "";
            depth = SearchOption.AllDirectories;
        }

        if (HasWildcard(folder))
        {
            throw new ConfigurationException(Where(corpus), "files", "wildcards in the last part of a path only, or ** before it", pattern);
        }

        var files = Directory.Exists(folder.Length == 0 ? "." : folder) ? Directory.GetFiles(folder.Length == 0 ? "." : folder, Path.GetFileName(pattern), depth) : [];
        Array.Sort(files, StringComparer.Ordinal);
        return files.Length > 0 ? files : throw new ConfigurationException(Where(corpus), "files", "a pattern that finds files", pattern);
    }

    internal static string Where(string corpus) => $"data '{corpus}'";

    private static bool HasWildcard(string path) => path.AsSpan().ContainsAny('*', '?');
}
