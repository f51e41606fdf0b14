using System.Globalization;
using System.Text.Json;
using PlamoNative.Engine.Formats;

namespace PlamoNative.Bench.Peers;

/// <summary>Does this machine's llama.cpp still say what the golden cases say? Checks the peer itself, before anything is held against it.</summary>
internal static class LlamaOracle
{
    /// <summary>Runs every sequence of a golden folder through llama.cpp; answers the exit code.</summary>
    /// <param name="folder">A folder with model.gguf, sequence-N.json and logits-N.npy.</param>
    public static int Run(string folder)
    {
        LlamaModel.Configure(null);
        using var model = new LlamaModel(Path.Combine(folder, "model.gguf"), 512, Environment.ProcessorCount);
        Console.Out.WriteLine($"backend {LlamaModel.Backend()}");
        foreach (var file in Directory.GetFiles(folder, "sequence-*.json").Order(StringComparer.Ordinal))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            int[] tokens = [.. document.RootElement.EnumerateArray().Select(static element => element.GetInt32())];
            var wanted = ReadLogits(Path.ChangeExtension(file.Replace("sequence-", "logits-", StringComparison.Ordinal), ".npy"));
            foreach (var stepwise in new[] { false, true })
            {
                var found = model.AllLogits(tokens, stepwise);
                var difference = wanted.Zip(found, static (a, b) => Math.Abs(a - b)).Max();
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(file)} {(stepwise ? "token by token" : "prefill")}: greatest difference {difference:E1}"));
            }
        }

        return 0;
    }

    private static unsafe float[] ReadLogits(string path)
    {
        using var file = NpyFile.Open(path);
        return new ReadOnlySpan<float>(file.Array.Pointer, checked((int)(file.Array.ByteLength / sizeof(float)))).ToArray();
    }
}
