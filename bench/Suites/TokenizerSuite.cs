using System.Diagnostics;
using PlamoNative.Runtime.Tokenization;

namespace PlamoNative.Bench;

/// <summary>Training of a 16 K vocabulary, then encoding and decoding with it on one thread.</summary>
internal sealed class TokenizerSuite : IBenchSuite
{
    private const int VocabSize = 16384;

    /// <inheritdoc/>
    public string Name => "tokenizer";

    /// <inheritdoc/>
    public void Run(BenchContext context)
    {
        if (!context.Wants("tokenizer-train") && !context.Wants("tokenizer-encode") && !context.Wants("tokenizer-decode"))
        {
            return;
        }

        var (texts, source) = Corpus();
        var characters = texts.Sum(static text => text.Length);
        var start = Stopwatch.GetTimestamp();
        var vocabulary = UnigramTrainer.Train(texts, new UnigramTrainerOptions { VocabSize = VocabSize });
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (context.Wants("tokenizer-train"))
        {
            context.Add(BenchResult.Single(
                "tokenizer-train", $"{characters} characters of {source} to {VocabSize} pieces", "text", Environment.ProcessorCount, 1e3 * seconds, seconds, "s", "under 60 s"));
        }

        var tokenizer = new PlamoTokenizer(vocabulary);
        var text = string.Concat(texts);
        var ids = new int[checked((int)PlamoTokenizer.MaxTokenCount(text.Length))];
        var count = tokenizer.Encode(text, ids);
        if (context.Wants("tokenizer-encode"))
        {
            context.Measure(new BenchCase
            {
                Name = "tokenizer-encode",
                Shape = $"{text.Length} characters of {source}, {count} tokens",
                DType = "text",
                Threads = 1,
                Unit = "Mchar/s",
                Candidate = new Contender("ours", text.Length, 1e-6 * text.Length, () => tokenizer.Encode(text, ids)),
                Target = "3 Mchar/s",
            });
        }

        if (context.Wants("tokenizer-decode"))
        {
            var tokens = ids.AsSpan(0, count).ToArray();
            context.Measure(new BenchCase
            {
                Name = "tokenizer-decode",
                Shape = $"{count} tokens, streamed",
                DType = "text",
                Threads = 1,
                Unit = "Mtoken/s",
                Candidate = new Contender("ours", count, 1e-6 * count, () =>
                {
                    var decoder = new StreamingDecoder(tokenizer);
                    foreach (var token in tokens)
                    {
                        decoder.Append(token);
                    }

                    decoder.Flush();
                }),
            });
        }
    }

    private static (string[] Texts, string Source) Corpus() => SharedFolder.Find("data/ja") is { } folder
        ? ([.. Directory.GetFiles(folder, "*.txt").Order(StringComparer.Ordinal).Select(File.ReadAllText)], "Japanese novels")
        : ([SyntheticJapanese.Create(1_000_000)], "synthetic Japanese");
}
