using System.Buffers;

namespace PlamoNative.Runtime.Tokenization;

/// <summary>Finds control tokens in text, leftmost first and the longest of those. Text is skipped with a vectorized search for their first characters.</summary>
internal sealed class ControlTokenMatcher
{
    private readonly SearchValues<char> _firstCharacters;
    private readonly TransitionTable _transitions = new(64);
    private readonly List<int> _tokens = [-1];

    internal ControlTokenMatcher(TokenizerFile file, Func<int, bool> isControl)
    {
        var first = new HashSet<char>();
        for (var id = 0; id < file.Count; id++)
        {
            if (!isControl(id))
            {
                continue;
            }

            var text = file.Texts[id];
            first.Add(text[0]);
            var node = 0;
            foreach (var unit in text)
            {
                var child = _transitions.Find(unit, node);
                if (child == 0)
                {
                    child = _tokens.Count;
                    _transitions.Add(unit, node, child);
                    _tokens.Add(-1);
                }

                node = child;
            }

            _tokens[node] = id;
        }

        _firstCharacters = SearchValues.Create([.. first]);
    }

    /// <summary>Finds the next control token.</summary>
    /// <param name="text">The text.</param>
    /// <param name="length">Its length in UTF-16 units.</param>
    /// <param name="id">Its id.</param>
    /// <returns>Where it starts, or -1.</returns>
    internal int Find(ReadOnlySpan<char> text, out int length, out int id)
    {
        length = 0;
        id = -1;
        for (var start = 0; start < text.Length; start++)
        {
            var step = text[start..].IndexOfAny(_firstCharacters);
            if (step < 0)
            {
                return -1;
            }

            start += step;
            var node = 0;
            for (var end = start; end < text.Length; end++)
            {
                node = _transitions.Find(text[end], node);
                if (node == 0)
                {
                    break;
                }

                if (_tokens[node] >= 0)
                {
                    id = _tokens[node];
                    length = end + 1 - start;
                }
            }

            if (id >= 0)
            {
                return start;
            }
        }

        return -1;
    }
}
