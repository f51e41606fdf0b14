namespace PlamoNative.Cli.Parsing;

/// <summary>Finds what a person may have meant by a misspelt name.</summary>
internal static class NearestName
{
    /// <summary>The candidate at the smallest edit distance, if at most a third of its characters differ.</summary>
    internal static string? Of(string given, IEnumerable<string> candidates)
    {
        string? best = null;
        var bestDistance = int.MaxValue;
        foreach (var candidate in candidates)
        {
            var distance = Distance(given, candidate);
            if (distance < bestDistance && distance * 3 <= Math.Max(candidate.Length, 3))
            {
                (best, bestDistance) = (candidate, distance);
            }
        }

        return best;
    }

    /// <summary>" (did you mean 'x'?)" or nothing.</summary>
    internal static string Hint(string given, IEnumerable<string> candidates) =>
        given.Length <= 64 && Of(given, candidates) is { } nearest ? $" (did you mean '{nearest}'?)" : "";

    /// <summary>Insertions, deletions and replacements that turn one text into the other (Levenshtein), one row at a time.</summary>
    private static int Distance(string from, string to)
    {
        var row = new int[to.Length + 1];
        for (var j = 0; j < row.Length; j++)
        {
            row[j] = j;
        }

        for (var i = 0; i < from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i + 1;
            for (var j = 0; j < to.Length; j++)
            {
                var replaced = diagonal + (from[i] == to[j] ? 0 : 1);
                diagonal = row[j + 1];
                row[j + 1] = Math.Min(replaced, Math.Min(row[j], diagonal) + 1);
            }
        }

        return row[^1];
    }
}
