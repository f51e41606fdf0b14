namespace PlamoNative.Runtime.Sampling;

/// <summary>
/// Ends a stream of text at the first stop string to be complete, wherever tokens end: text that may be the beginning of one is held back until it is
/// certain. What comes out does not depend on how the text was cut.
/// </summary>
/// <param name="stops">The strings, none empty; compared code unit by code unit.</param>
internal sealed class StopStrings(IReadOnlyList<string> stops)
{
    private string _held = "";

    /// <summary>True once a stop string was found.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>The stop string that was found.</summary>
    public string? Found { get; private set; }

    /// <summary>Takes text and gives what is certain to come before any stop string.</summary>
    public string Append(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (IsStopped || (stops.Count == 0 && _held.Length == 0))
        {
            return IsStopped ? "" : text;
        }

        var all = _held + text;
        if (FirstComplete(all) is { } at)
        {
            IsStopped = true;
            _held = "";
            return all[..at];
        }

        var certain = all.Length - LongestBeginning(all);
        _held = all[certain..];
        return all[..certain];
    }

    /// <summary>Ends the text: what was held back belongs to it after all.</summary>
    public string Flush()
    {
        var rest = _held;
        _held = "";
        return rest;
    }

    /// <summary>Where the stop string begins that is complete first; the longest of those that end together.</summary>
    private int? FirstComplete(string text)
    {
        var (start, end) = (-1, int.MaxValue);
        foreach (var stop in stops)
        {
            var at = text.IndexOf(stop, StringComparison.Ordinal);
            if (at >= 0 && (at + stop.Length < end || (at + stop.Length == end && at < start)))
            {
                (start, end, Found) = (at, at + stop.Length, stop);
            }
        }

        return start >= 0 ? start : null;
    }

    /// <summary>Length of the longest end of the text that begins a stop string.</summary>
    private int LongestBeginning(string text)
    {
        var longest = 0;
        foreach (var stop in stops)
        {
            for (var length = Math.Min(stop.Length - 1, text.Length); length > longest; length--)
            {
                if (text.AsSpan(text.Length - length).SequenceEqual(stop.AsSpan(0, length)))
                {
                    longest = length;
                }
            }
        }

        return longest;
    }
}
