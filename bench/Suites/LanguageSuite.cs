using System.Diagnostics;
using System.Globalization;
using System.Text;
using PlamoNative.Runtime.Tokenization;

namespace PlamoNative.Bench;

/// <summary>
/// What a network has to beat on so little text: 5-grams over characters and over tokens, trained on four novels, in bits for a byte of a fifth that nothing has
/// seen, the tokenizer neither. Figures do not depend on the machine.
/// </summary>
internal sealed class LanguageSuite : IBenchSuite
{
    private const int Order = 5;
    private const int VocabSize = 4000;
    private const string Measured = "gingatetsudou.txt";
    private const string Compressors = "xz -9e: 2.05 alone, 1.78 after the same four novels (quoted)";

    private static readonly string[] Novels = ["neko.txt", "sanshiro.txt", "meian.txt", "bottyan.txt"];

    /// <inheritdoc/>
    public string Name => "language";

    /// <inheritdoc/>
    public void Run(BenchContext context)
    {
        if (SharedFolder.Find("data/ja") is not { } folder)
        {
            Console.Error.WriteLine("language: no ../shared/data/ja here, nothing is measured");
            return;
        }

        string[] novels = [.. Novels.Select(name => Read(folder, name))];
        var text = Read(folder, Measured);
        if (context.Wants("language-characters"))
        {
            context.Add(OverCharacters(novels, text));
        }

        if (context.Wants("language-tokens"))
        {
            context.Add(OverTokens(novels, text));
        }
    }

    private static BenchResult OverCharacters(string[] novels, string text)
    {
        var start = Stopwatch.GetTimestamp();
        var vocabulary = new CharacterVocabulary(novels);
        DistributionCheck.Check(vocabulary.Spelling);
        var (spelled, rare) = vocabulary.Spell(text);
        return Score(
            "language-characters", novels.Select(vocabulary.Encode), vocabulary.Encode(text), vocabulary.Count, spelled, text, start, "1.79 is known",
            string.Create(CultureInfo.InvariantCulture, $"{rare} characters seen once or never, {spelled / Math.Max(1, rare):F1} bits for the spelling of each"));
    }

    private static BenchResult OverTokens(string[] novels, string text)
    {
        var start = Stopwatch.GetTimestamp();
        var tokenizer = new PlamoTokenizer(UnigramTrainer.Train(novels, new UnigramTrainerOptions { VocabSize = VocabSize }));
        return Score(
            "language-tokens", novels.Select(novel => tokenizer.Encode(novel)), tokenizer.Encode(text), tokenizer.Count, 0, text, start, "1.80 to 1.83 are known",
            "one segmentation of many that spell the same bytes");
    }

    private static BenchResult Score(
        string name, IEnumerable<int[]> training, int[] sequence, int vocabSize, double bitsBefore, string text, long start, string target, string note)
    {
        var model = new KneserNey(training, vocabSize, Order);
        DistributionCheck.Check(model, vocabSize, Order, sequence);
        var bytes = Encoding.UTF8.GetByteCount(text);
        var bits = (bitsBefore + model.Bits(sequence)) / bytes;
        return BenchResult.Single(
            name, $"{bytes} bytes of {Measured} as {sequence.Length} of {vocabSize} symbols", $"{Order}-gram Kneser-Ney", 1,
            Stopwatch.GetElapsedTime(start).TotalMilliseconds, bits, "bits/byte", target,
            string.Create(CultureInfo.InvariantCulture, $"{bits:F4} with {model.Count} n-grams; {note}; {Compressors}"));
    }

    private static string Read(string folder, string name) => File.ReadAllText(Path.Combine(folder, name));
}
