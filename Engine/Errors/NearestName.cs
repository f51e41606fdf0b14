namespace PlamoNative.Engine;

/// <summary>Finds what a person may have meant by a misspelt name.</summary>
public static class NearestName
{
    private const int LongestName = 64;

    /// <summary>The candidate at the smallest edit distance, if at most a third of its characters differ.</summary>
    /// <param name="given">What was written.</param>
    /// <param name="candidates">The names that exist.</param>
    /// <returns>Null when none is near.</returns>
    public static string? Of(string given, IEnumerable<string> candidates)
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
    /// <param name="given">What was written; a hint for a very long text would help nobody.</param>
    /// <param name="candidates">The names that exist.</param>
    public static string Hint(string given, IEnumerable<string> candidates) =>
        given.Length <= LongestName && Of(given, candidates) is { } nearest ? $" (did you mean '{nearest}'?)" : "";

    /// <summary>Insertions, deletions, replacements and exchanges of neighbors that turn one text into the other (optimal string alignment), three rows at a time.</summary>
    private static int Distance(string from, string to)
    {
        var (before, above, row) = (new int[to.Length + 1], new int[to.Length + 1], new int[to.Length + 1]);
        for (var j = 0; j < row.Length; j++)
        {
            row[j] = j;
        }

        for (var i = 1; i <= from.Length; i++)
        {
            (before, above, row) = (above, row, before);
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var replaced = above[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
                row[j] = Math.Min(replaced, Math.Min(above[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                {
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
                }
            }
        }

        return row[^1];
    }
}
