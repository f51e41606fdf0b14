using System.Globalization;
using System.Text;
using PlamoNative.Engine;
using PlamoNative.Runtime.Tokenization.Training;

namespace PlamoNative.Runtime.Tokenization;

/// <summary>
/// Trains a Unigram vocabulary: frequent substrings as candidates, expectation-maximization of their probabilities, pruning by the loss of removal until
/// exactly the wanted number is left. Control and byte tokens are always there, so any text can be encoded. The result depends on corpus and options only,
/// not on the number of threads.
/// </summary>
public static class UnigramTrainer
{
    /// <summary>What a piece that no best segmentation uses counts as, so that it keeps a finite score below every used one.</summary>
    private const double UnusedCount = 0.1;

    /// <summary>Trains on texts in memory.</summary>
    /// <param name="texts">Well-formed texts; pieces do not cross from one into another.</param>
    /// <param name="options">Size and recipe.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellation">Ends training early.</param>
    /// <exception cref="ConfigurationException">An option is out of range, there is no text, or it cannot give so many pieces.</exception>
    /// <exception cref="ArgumentException">A text holds a lone surrogate.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static TokenizerFile Train(
        IEnumerable<string> texts, UnigramTrainerOptions options, IProgress<UnigramTrainerProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        var sentences = new SentenceCounter();
        foreach (var text in texts)
        {
            cancellation.ThrowIfCancellationRequested();
            Surrogates.Refuse(text);
            sentences.Add(text);
            sentences.Close();
        }

        return Train(sentences, options, progress, cancellation);
    }

    /// <summary>Trains on UTF-8 text files, read in blocks whatever the length of their lines.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="options">Size and recipe.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellation">Ends training early.</param>
    /// <exception cref="ConfigurationException">An option is out of range, there is no text, or it cannot give so many pieces.</exception>
    /// <exception cref="ModelFormatException">A file is not UTF-8.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static TokenizerFile TrainFiles(
        IEnumerable<string> paths, UnigramTrainerOptions options, IProgress<UnigramTrainerProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        var sentences = new SentenceCounter();
        foreach (var path in paths)
        {
            sentences.AddFile(path, cancellation);
        }

        return Train(sentences, options, progress, cancellation);
    }

    private static TokenizerFile Train(
        SentenceCounter sentences, UnigramTrainerOptions options, IProgress<UnigramTrainerProgress>? progress, CancellationToken cancellation)
    {
        if (sentences.Counts.Count == 0)
        {
            throw new ConfigurationException(UnigramTrainerOptions.Where, "input", "some text", "none");
        }

        var target = options.VocabSize - ByteLevelVocabulary.Count;
        if (target == 0)
        {
            return ByteLevelVocabulary.Create();
        }

        var (corpus, pieces) = Seeds.Gather(sentences, target, options, cancellation);
        var round = 0;
        while (true)
        {
            round++;
            for (var step = 0; step < options.SubIterations; step++)
            {
                var nats = Reestimate(corpus, pieces, options.Threads, cancellation);
                progress?.Report(new UnigramTrainerProgress(round, pieces.Count, target, nats));
            }

            var uses = CorpusPass.Run(corpus, pieces.Count, options.Threads, counters => new BestPathWorker(pieces, counters), cancellation);
            if (pieces.Count == target)
            {
                return Finish(pieces, uses);
            }

            var keep = Math.Max(target, (int)(pieces.Count * options.KeepShare));
            pieces = Pruning.Prune(pieces, uses, keep, options.Threads, cancellation);
        }
    }

    /// <summary>One step of expectation-maximization; gives minus the log-likelihood per character under the old scores.</summary>
    private static double Reestimate(TrainingCorpus corpus, PieceSet pieces, int threads, CancellationToken cancellation)
    {
        var counters = CorpusPass.Run(
            corpus, ExpectationWorker.CounterCount(pieces), threads, worker => new ExpectationWorker(pieces, worker), cancellation);
        var counts = new double[pieces.Count];
        for (var piece = 0; piece < counts.Length; piece++)
        {
            // Close to exp(digamma(count)), the mean-field step under a sparse prior: rare pieces lose more than their share and make room.
            var expected = counters[piece] / ExpectationWorker.One;
            counts[piece] = Math.Max(expected > 1 ? expected - 0.5 : expected * 0.5, 1e-6);
        }

        pieces.SetScores(counts);
        return counters[^1] / ExpectationWorker.One / corpus.CharacterCount;
    }

    /// <summary>Scores from the best segmentations, in ten-thousandths so that the file's decimals are exactly the costs that the encoder adds.</summary>
    private static TokenizerFile Finish(PieceSet pieces, long[] uses)
    {
        pieces.SetScores(Array.ConvertAll(uses, count => count == 0 ? UnusedCount : count));
        var order = Enumerable.Range(0, pieces.Count).ToArray();
        var scores = Array.ConvertAll(pieces.Scores, score => Math.Round(score, 4));
        Array.Sort(order, (a, b) => scores[b] != scores[a] ? scores[b].CompareTo(scores[a]) : string.CompareOrdinal(pieces.Texts[a], pieces.Texts[b]));
        return ByteLevelVocabulary.Create(Array.ConvertAll(order, piece => pieces.Texts[piece]), Array.ConvertAll(order, piece => scores[piece]));
    }
}
