using System.Globalization;
using PlamoNative.Engine;
using PlamoNative.Kernels;
using PlamoNative.Runtime.Checkpoints;
using PlamoNative.Runtime.Models;
using PlamoNative.Runtime.Tokenization;

namespace PlamoNative.Bench.Peers;

/// <summary>
/// Are we the same model? Logits of small models that our converter exports (prefill and token by token on both sides) and token ids, ours against llama.cpp's.
/// Exit code 1 if anything differs that should not.
/// </summary>
internal static class LlamaCompare
{
    /// <summary>Share of a position's standard deviation that its logits may differ by.</summary>
    private const double Bound = 1e-3;

    private static readonly int[] Lengths = [1, 2, 17, 64, 300];

    /// <summary>Runs the comparison; answers the exit code.</summary>
    public static int Run()
    {
        LlamaModel.Configure(null);
        var folder = Directory.CreateTempSubdirectory("plamo-compare-");
        try
        {
            var tokenizer = new PlamoTokenizer(UnigramTrainer.Train([SyntheticJapanese.Create(300_000)], new UnigramTrainerOptions { VocabSize = 4000 }));
            Console.Out.WriteLine("| model | logits of | tokens | greatest difference / standard deviation | verdict |\n|---|---|---|---|---|");
            var first = Export(folder.FullName, tokenizer, "attention-first", [true, false, true, false]);
            var good = Logits("attention first", first, mustAgree: true);
            var second = Export(folder.FullName, tokenizer, "mamba-first", [false, true, false, true]);
            Logits("Mamba first", second, mustAgree: false);
            return Tokens(first) & good ? 0 : 1;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Export(string folder, PlamoTokenizer tokenizer, string name, bool[] attention)
    {
        var path = Path.Combine(folder, $"{name}.gguf");
        var configuration = Plamo2Presets.Get("plamo-2-nano").Configuration with { VocabSize = tokenizer.Count, LayerCount = attention.Length, IsAttentionLayer = attention };
        GgufModelWriter.Write(path, new TiledWeights(configuration, 0.1f), tokenizer, DType.Float32, name);
        return path;
    }

    private static bool Logits(string name, string path, bool mustAgree)
    {
        using var device = new CpuDevice();
        using var ours = ModelLoader.Open(path, device);
        using var runner = new ModelRunner(ours.Model, ActivationMode.Exact);
        using var theirs = new LlamaModel(path, 512, device.Workers.ThreadCount);
        var good = true;
        foreach (var length in Lengths)
        {
            var tokens = ModelRunner.Tokens(length, ours.Configuration.VocabSize);
            foreach (var stepwise in new[] { false, true })
            {
                var difference = GreatestDifference(runner.AllLogits(tokens, stepwise), theirs.AllLogits(tokens, stepwise), length);
                var agrees = difference <= Bound;
                good &= agrees || !mustAgree;
                var verdict = agrees ? "agrees" : mustAgree ? "DIFFERS" : "differs as expected: llama.cpp does not rotate queries and keys here";
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {(stepwise ? "token by token" : "prefill")} | {length} | {difference:E1} | {verdict} |"));
            }
        }

        return good;
    }

    /// <summary>The greatest over all positions of the greatest difference at a position over the standard deviation there.</summary>
    private static double GreatestDifference(float[] ours, float[] theirs, int positions)
    {
        var width = ours.Length / positions;
        var greatest = 0.0;
        for (var position = 0; position < positions; position++)
        {
            var a = ours.AsSpan(position * width, width);
            var b = theirs.AsSpan(position * width, width);
            double sum = 0, squares = 0, difference = 0;
            for (var i = 0; i < width; i++)
            {
                sum += b[i];
                squares += (double)b[i] * b[i];
                difference = Math.Max(difference, Math.Abs((double)a[i] - b[i]));
            }

            var mean = sum / width;
            var ratio = difference / Math.Sqrt(Math.Max(0, (squares / width) - (mean * mean)));
            greatest = double.IsNaN(ratio) ? double.PositiveInfinity : Math.Max(greatest, ratio);
        }

        return greatest;
    }

    private static bool Tokens(string path)
    {
        using var device = new CpuDevice(1);
        using var ours = ModelLoader.Open(path, device);
        using var theirs = new LlamaModel(path, 512, 1);
        var tokenizer = ours.RequireTokenizer();
        var plain = ComparedStrings.Plain();
        var different = plain.Where(text => !tokenizer.Encode(text).AsSpan().SequenceEqual(theirs.Tokenize(text, special: false))).ToArray();
        Console.Out.WriteLine($"\ntoken ids: {plain.Count - different.Length} of {plain.Count} texts equal");
        foreach (var text in different)
        {
            Console.Out.WriteLine($"  differs: {Quote(text)}\n    ours      {string.Join(' ', tokenizer.Encode(text))}\n    llama.cpp {string.Join(' ', theirs.Tokenize(text, special: false))}");
        }

        var marked = ComparedStrings.WithByteOrderMark();
        var dropped = marked.Count(text => tokenizer.Encode(text.AsSpan(1)).AsSpan().SequenceEqual(theirs.Tokenize(text, special: false)));
        Console.Out.WriteLine($"texts that begin with U+FEFF: llama.cpp drops it in {dropped} of {marked.Count} (wanted difference: ours keeps it, so that decoding gives the text back)");

        var control = ComparedStrings.WithControlTokens();
        var asText = control.Count(text => !tokenizer.Encode(text).AsSpan().SequenceEqual(theirs.Tokenize(text, special: false)));
        var asTokens = control.Where(text => !tokenizer.Encode(text, EncodingOptions.ControlTokens).AsSpan().SequenceEqual(theirs.Tokenize(text, special: true))).ToArray();
        Console.Out.WriteLine(
            $"texts that spell control tokens: without parsing {asText} of {control.Count} differ (wanted: ours leaves them text, llama.cpp makes tokens of them); "
            + $"with parsing {control.Count - asTokens.Length} of {control.Count} equal");
        foreach (var text in asTokens)
        {
            Console.Out.WriteLine($"  differs with parsing: {Quote(text)}");
        }

        return different.Length == 0 && asTokens.Length == 0;
    }

    private static string Quote(string text) => System.Text.Json.JsonEncodedText.Encode(text.Length > 60 ? text[..60] : text).ToString();
}
