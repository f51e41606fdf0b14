using System.Text;

namespace PlamoNative.Runtime.Tokenization.Training;

/// <summary>
/// The substrings of two code points or more that come at least twice and cannot be made longer on the right without coming less often: the inner nodes of the
/// corpus's suffix tree, cut at a greatest length. They are found by sorting all suffixes by their first <c>maxLength</c> code points (three-way partitioning
/// digit by digit, one bucket a first code point) and walking the intervals of equal beginnings.
/// </summary>
internal sealed class FrequentSubstrings
{
    private readonly int _maxLength;

    // Dense ranks of code points, 0 behind each sentence; a suffix ends at the first 0.
    private readonly int[] _symbols;
    private readonly long[] _weights;
    private readonly List<Rune> _alphabet = [default];

    internal FrequentSubstrings(TrainingCorpus corpus, int maxLength)
    {
        _maxLength = maxLength;
        var text = corpus.Text;
        var ranks = RanksOf(text);
        _symbols = new int[text.Length + corpus.SentenceCount + 1];
        _weights = new long[_symbols.Length];
        var position = 0;
        for (var index = 0; index < corpus.SentenceCount; index++)
        {
            foreach (var rune in corpus.Sentence(index, out var count).EnumerateRunes())
            {
                _symbols[position] = ranks[rune.Value];
                _weights[position++] = count;
            }

            position++;
        }

        Array.Resize(ref _symbols, position + 1);
    }

    /// <summary>Finds them, the ones that cover most text (count times length) first, ties in order of code points.</summary>
    internal List<(string Text, long Count)> Find(int limit, int threads, CancellationToken cancellation)
    {
        var suffixes = Sort(threads, cancellation);
        var found = new List<(int Start, int Length, long Count)>();
        var open = new Stack<(int Length, int First)>();
        var totals = new long[suffixes.Length + 1];
        for (var i = 0; i < suffixes.Length; i++)
        {
            totals[i + 1] = totals[i] + _weights[suffixes[i]];
        }

        for (var i = 1; i <= suffixes.Length; i++)
        {
            var common = i < suffixes.Length ? CommonLength(suffixes[i - 1], suffixes[i]) : 0;
            var first = i - 1;
            while (open.Count > 0 && open.Peek().Length > common)
            {
                var interval = open.Pop();
                first = interval.First;
                if (interval.Length >= 2)
                {
                    found.Add((suffixes[first], interval.Length, totals[i] - totals[first]));
                }
            }

            if (common > 0 && (open.Count == 0 || open.Peek().Length < common))
            {
                open.Push((common, first));
            }
        }

        AddRepeatedSentences(suffixes, totals, found);
        var order = new int[found.Count];
        var keys = new (long Cover, int Index)[found.Count];
        for (var i = 0; i < found.Count; i++)
        {
            keys[i] = (-found[i].Count * found[i].Length, i);
            order[i] = i;
        }

        Array.Sort(keys, order);
        return [.. order.Take(limit).Select(index => (TextOf(found[index].Start, found[index].Length), found[index].Count))];
    }

    /// <summary>Suffixes that stand once among the distinct sentences, in a sentence that came several times: they repeat too, but no neighbour shows it.</summary>
    private void AddRepeatedSentences(int[] suffixes, long[] totals, List<(int Start, int Length, long Count)> found)
    {
        for (var i = 0; i < suffixes.Length; i++)
        {
            var length = LengthAt(suffixes[i]);
            var shared = Math.Max(i > 0 ? CommonLength(suffixes[i - 1], suffixes[i]) : 0, i + 1 < suffixes.Length ? CommonLength(suffixes[i], suffixes[i + 1]) : 0);
            if (totals[i + 1] - totals[i] >= 2 && length >= 2 && shared < length)
            {
                found.Add((suffixes[i], length, totals[i + 1] - totals[i]));
            }
        }
    }

    private Dictionary<int, int> RanksOf(ReadOnlySpan<char> text)
    {
        var values = new HashSet<int>();
        foreach (var rune in text.EnumerateRunes())
        {
            values.Add(rune.Value);
        }

        var ranks = new Dictionary<int, int>(values.Count);
        foreach (var value in values.Order())
        {
            ranks.Add(value, _alphabet.Count);
            _alphabet.Add(new Rune(value));
        }

        return ranks;
    }

    private string TextOf(int start, int length)
    {
        var text = new StringBuilder(length);
        for (var i = start; i < start + length; i++)
        {
            text.Append(_alphabet[_symbols[i]].ToString());
        }

        return text.ToString();
    }

    private int LengthAt(int suffix)
    {
        var length = 0;
        while (length < _maxLength && _symbols[suffix + length] != 0)
        {
            length++;
        }

        return length;
    }

    private int CommonLength(int a, int b)
    {
        var length = 0;
        while (length < _maxLength && _symbols[a + length] != 0 && _symbols[a + length] == _symbols[b + length])
        {
            length++;
        }

        return length;
    }

    private int[] Sort(int threads, CancellationToken cancellation)
    {
        var starts = new int[_alphabet.Count + 1];
        foreach (var symbol in _symbols)
        {
            starts[symbol]++;
        }

        // Sentence ends are no suffixes.
        starts[0] = 0;
        var total = 0;
        for (var symbol = 0; symbol < starts.Length; symbol++)
        {
            (starts[symbol], total) = (total, total + starts[symbol]);
        }

        var suffixes = new int[total];
        var next = starts.ToArray();
        for (var position = 0; position < _symbols.Length; position++)
        {
            if (_symbols[position] != 0)
            {
                suffixes[next[_symbols[position]]++] = position;
            }
        }

        // Buckets share nothing, and within one the order is a function of the text, so the number of threads cannot show.
        Parallel.For(
            1, _alphabet.Count, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation },
            symbol => SortFrom(suffixes.AsSpan(starts[symbol], starts[symbol + 1] - starts[symbol]), depth: 1));
        return suffixes;
    }

    private void SortFrom(Span<int> suffixes, int depth)
    {
        while (suffixes.Length > 1 && depth < _maxLength)
        {
            var pivot = MedianOfThree(
                _symbols[suffixes[0] + depth], _symbols[suffixes[suffixes.Length / 2] + depth], _symbols[suffixes[^1] + depth]);
            var less = 0;
            var more = suffixes.Length;
            for (var i = 0; i < more;)
            {
                var symbol = _symbols[suffixes[i] + depth];
                if (symbol < pivot)
                {
                    (suffixes[less], suffixes[i]) = (suffixes[i], suffixes[less]);
                    less++;
                    i++;
                }
                else if (symbol > pivot)
                {
                    more--;
                    (suffixes[more], suffixes[i]) = (suffixes[i], suffixes[more]);
                }
                else
                {
                    i++;
                }
            }

            var lower = suffixes[..less];
            var equal = pivot == 0 ? default : suffixes[less..more];
            var upper = suffixes[more..];

            // The largest part is done in place of a call, so the stack stays logarithmic.
            if (equal.Length >= lower.Length && equal.Length >= upper.Length)
            {
                SortFrom(lower, depth);
                SortFrom(upper, depth);
                suffixes = equal;
                depth++;
            }
            else
            {
                SortFrom(equal, depth + 1);
                SortFrom(lower.Length < upper.Length ? lower : upper, depth);
                suffixes = lower.Length < upper.Length ? upper : lower;
            }
        }
    }

    private static int MedianOfThree(int a, int b, int c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
}
