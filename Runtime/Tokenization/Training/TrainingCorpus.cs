using System.Text;
using PlamoNative.Engine;

namespace PlamoNative.Runtime.Tokenization.Training;

/// <summary>
/// The distinct sentences side by side, cut once more at characters that get no piece, each with its count. Every character in it has a piece of its own, so
/// that every sentence always has a segmentation.
/// </summary>
internal sealed class TrainingCorpus
{
    private readonly List<(int Start, int Length, long Count)> _sentences = [];
    private readonly char[] _text;

    internal TrainingCorpus(SentenceCounter sentences, IReadOnlySet<int> characters)
    {
        var size = sentences.Counts.Keys.Sum(sentence => (long)sentence.Length);
        if (size > Array.MaxLength / 2)
        {
            throw new ConfigurationException(UnigramTrainerOptions.Where, "input", $"at most {Array.MaxLength / 2} characters in distinct sentences", $"{size}");
        }

        _text = new char[size];
        var end = 0;
        foreach (var (sentence, count) in sentences.Counts)
        {
            var start = end;
            foreach (var rune in sentence.EnumerateRunes())
            {
                if (characters.Contains(rune.Value))
                {
                    end += rune.EncodeToUtf16(_text.AsSpan(end));
                    CharacterCount += count;
                    continue;
                }

                Close(start, end, count);
                start = end;
            }

            Close(start, end, count);
        }
    }

    /// <summary>Code points, repeated sentences counted as often as they came.</summary>
    internal long CharacterCount { get; }

    internal int SentenceCount => _sentences.Count;

    /// <summary>All sentences' text without anything between.</summary>
    internal ReadOnlySpan<char> Text => _text.AsSpan(0, _sentences.Count == 0 ? 0 : _sentences[^1].Start + _sentences[^1].Length);

    internal ReadOnlySpan<char> Sentence(int index, out long count)
    {
        (var start, var length, count) = _sentences[index];
        return _text.AsSpan(start, length);
    }

    private void Close(int start, int end, long count)
    {
        if (end > start)
        {
            _sentences.Add((start, end - start, count));
        }
    }
}
