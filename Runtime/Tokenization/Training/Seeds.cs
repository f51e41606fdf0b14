using System.Globalization;
using System.Text;
using PlamoNative.Engine;

namespace PlamoNative.Runtime.Tokenization.Training;

/// <summary>Chooses the single characters that get a piece, and the frequent substrings that training starts from.</summary>
internal static class Seeds
{
    /// <summary>Gathers corpus and seeds; there are at least <paramref name="target"/> of them.</summary>
    /// <exception cref="ConfigurationException">The corpus cannot give so many pieces.</exception>
    internal static (TrainingCorpus Corpus, PieceSet Pieces) Gather(
        SentenceCounter sentences, int target, UnigramTrainerOptions options, CancellationToken cancellation)
    {
        var characters = sentences.Characters.OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key).ToArray();

        // Half of the pieces, in small vocabularies. On a novel, 30 % gives 4 to 7 % more tokens and 70 % from 3 % fewer (600 rows) to 6 % more (4000 rows).
        var wanted = Math.Min(Covering(characters, options.CharacterCoverage), (target + 1) / 2);
        var (corpus, pieces) = Gather(sentences, characters.AsSpan(0, wanted), options, cancellation);

        // Too few repeated substrings: rarer characters fill the vocabulary, first about as many as are missing, then all that may.
        var last = Math.Min(characters.Length, target);
        foreach (var more in (ReadOnlySpan<int>)[wanted + target - pieces.Count, last])
        {
            if (pieces.Count < target && wanted < last)
            {
                wanted = Math.Min(more, last);
                (corpus, pieces) = Gather(sentences, characters.AsSpan(0, wanted), options, cancellation);
            }
        }

        return pieces.Count >= target
            ? (corpus, pieces)
            : throw new ConfigurationException(
                UnigramTrainerOptions.Where,
                "vocab-size",
                string.Create(CultureInfo.InvariantCulture, $"at most {ByteLevelVocabulary.Count + pieces.Count}, which is what this text and these options can give"),
                options.VocabSize.ToString(CultureInfo.InvariantCulture));
    }

    private static int Covering(KeyValuePair<int, long>[] characters, double coverage)
    {
        var total = characters.Sum(entry => entry.Value);
        var covered = 0L;
        var count = 0;
        while (count < characters.Length && covered < total * coverage)
        {
            covered += characters[count++].Value;
        }

        return count;
    }

    private static (TrainingCorpus Corpus, PieceSet Pieces) Gather(
        SentenceCounter sentences, ReadOnlySpan<KeyValuePair<int, long>> characters, UnigramTrainerOptions options, CancellationToken cancellation)
    {
        var chosen = new HashSet<int>(characters.Length);
        var texts = new List<string>();
        var counts = new List<double>();
        foreach (var (character, count) in characters)
        {
            chosen.Add(character);
            texts.Add(new Rune(character).ToString());
            counts.Add(count);
        }

        var corpus = new TrainingCorpus(sentences, chosen);
        foreach (var (text, count) in new FrequentSubstrings(corpus, options.MaxPieceLength).Find(options.SeedCount, options.Threads, cancellation))
        {
            // Rows of other kinds own these forms.
            if (!TokenizerFileCheck.HasControlForm(text) && TokenizerFileCheck.ByteOf(text) is null)
            {
                texts.Add(text);
                counts.Add(count);
            }
        }

        var isRequired = new bool[texts.Count];
        isRequired.AsSpan(0, characters.Length).Fill(true);
        var pieces = new PieceSet([.. texts], isRequired, new double[texts.Count]);
        pieces.SetScores([.. counts]);
        return (corpus, pieces);
    }
}
