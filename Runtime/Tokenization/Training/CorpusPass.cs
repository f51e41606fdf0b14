namespace PlamoNative.Runtime.Tokenization.Training;

/// <summary>
/// One walk over the corpus on several threads. Sentences are handed out in fixed blocks; every worker adds to 64-bit integers of its own and those are added
/// at the end. Integer sums do not depend on who did what, so results are the same for any number of threads.
/// </summary>
internal static class CorpusPass
{
    private const int BlockSize = 256;

    /// <summary>Runs the workers and adds up what they counted.</summary>
    /// <param name="corpus">The sentences.</param>
    /// <param name="counterCount">The number of counters.</param>
    /// <param name="threads">The number of workers.</param>
    /// <param name="createWorker">Makes a worker that adds to the given counters.</param>
    /// <param name="cancellation">Asked between blocks.</param>
    internal static long[] Run(TrainingCorpus corpus, int counterCount, int threads, Func<long[], ISentenceWorker> createWorker, CancellationToken cancellation)
    {
        var next = 0;
        var totals = new long[counterCount];
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation }, _ =>
        {
            var counters = new long[counterCount];
            var worker = createWorker(counters);
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                var start = Interlocked.Add(ref next, BlockSize) - BlockSize;
                if (start >= corpus.SentenceCount)
                {
                    break;
                }

                for (var index = start; index < Math.Min(start + BlockSize, corpus.SentenceCount); index++)
                {
                    var sentence = corpus.Sentence(index, out var count);
                    worker.Take(sentence, count);
                }
            }

            lock (totals)
            {
                for (var i = 0; i < totals.Length; i++)
                {
                    totals[i] += counters[i];
                }
            }
        });
        return totals;
    }

    /// <summary>Counts in one sentence.</summary>
    internal interface ISentenceWorker
    {
        /// <summary>Takes a sentence that came <paramref name="count"/> times.</summary>
        void Take(ReadOnlySpan<char> sentence, long count);
    }
}
