using System.Text.Json;
using PlamoNative.Engine;
using PlamoNative.Engine.Formats;
using PlamoNative.Runtime.Checkpoints;
using PlamoNative.Tests.Runtime.Models;
using Xunit;

namespace PlamoNative.Tests.Runtime.Checkpoints;

/// <summary>Models, logits and losses that this project did not make.</summary>
public sealed class GoldenModelTests : IDisposable
{
    private readonly CpuDevice _device = new(2);

    public void Dispose() => _device.Dispose();

    [Theory]
    [InlineData("two-kv-heads-tied", "")]
    [InlineData("two-kv-heads-tied", "model.gguf")]
    [InlineData("one-kv-head-untied", "")]
    [InlineData("one-kv-head-untied", "model.gguf")]
    [InlineData("attention-first", "model.gguf")]
    public void Logits_are_the_golden_ones_packed_and_stepwise(string name, string file)
    {
        var folder = SharedData.Require($"oracle/plamo2/{name}");
        using var loaded = ModelLoader.Open(Path.Combine(folder, file), _device);
        foreach (var length in (int[])[1, 2, 17, 64, 300])
        {
            var tokens = ReadTokens(Path.Combine(folder, $"sequence-{length}.json"));
            using var golden = NpyFile.Open(Path.Combine(folder, $"logits-{length}.npy"));
            var expected = Floats(golden.Array);
            Assert.InRange(ModelRunner.MaxDifference(expected, ModelRunner.Packed(loaded.Model, tokens)), 0, 1e-3);
            if (length <= 64)
            {
                Assert.InRange(ModelRunner.MaxDifference(expected, ModelRunner.Stepwise(loaded.Model, tokens, 1)), 0, 1e-3);
            }
        }
    }

    [Fact]
    public void A_gguf_that_says_nothing_about_windows_has_a_notice_and_takes_one()
    {
        var file = Path.Combine(SharedData.Require("oracle/plamo2/attention-first"), "model.gguf");
        using var full = ModelLoader.Open(file, _device);
        Assert.Contains("windows", Assert.Single(full.Notices), StringComparison.Ordinal);
        using var windowed = ModelLoader.Open(file, _device, new ModelLoadOptions { WindowSize = 4 });
        Assert.Empty(windowed.Notices);
        var tokens = SmallModels.Tokens(20, 1100);
        Assert.NotEqual(ModelRunner.Packed(full.Model, tokens), ModelRunner.Packed(windowed.Model, tokens));
        Assert.Equal(1100, full.RequireTokenizer().Count);
    }

    [Theory]
    [InlineData("window-tied", false)]
    [InlineData("full-untied", false)]
    [InlineData("window-tied", true)]
    [InlineData("full-untied", true)]
    public void Packed_documents_have_the_golden_logits_and_loss(string name, bool isFloat64)
    {
        var folder = SharedData.Require($"oracle/training/lm-loss/{name}");
        using var loaded = ModelLoader.Open(Path.Combine(folder, "model"), _device, new ModelLoadOptions { IsFloat64 = isFloat64 });
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "plain.json")));
        var batch = json.RootElement.GetProperty("batch");
        var (tokens, targets) = (Ints(batch.GetProperty("tokens")), Ints(batch.GetProperty("targets")));
        using var golden = SafetensorsFile.Open(Path.Combine(folder, "plain-tokens.safetensors"));
        var logits = ModelRunner.Packed(loaded.Model, tokens, Ints(batch.GetProperty("sequence_offsets")));
        Assert.InRange(ModelRunner.MaxDifference(Floats(golden.Get("logits")), logits), 0, isFloat64 ? 1e-10 : 1e-3);
        var expected = json.RootElement.GetProperty("cross_entropy").GetDouble();
        Assert.InRange(Math.Abs(CrossEntropy(logits, targets) / expected - 1), 0, isFloat64 ? 1e-10 : 1e-5);
    }

    private static double CrossEntropy(double[] logits, int[] targets)
    {
        var vocabulary = logits.Length / targets.Length;
        var (sum, count) = (0.0, 0);
        for (var t = 0; t < targets.Length; t++)
        {
            if (targets[t] >= 0)
            {
                var row = logits.AsSpan(t * vocabulary, vocabulary).ToArray();
                var largest = row.Max();
                sum += largest + Math.Log(row.Sum(x => Math.Exp(x - largest))) - row[targets[t]];
                count++;
            }
        }

        return sum / count;
    }

    private static int[] ReadTokens(string path)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(path));
        return Ints(json.RootElement);
    }

    private static int[] Ints(JsonElement list) => [.. list.EnumerateArray().Select(static item => item.GetInt32())];

    private static unsafe double[] Floats(TensorEntry entry)
    {
        var values = new double[entry.ElementCount];
        TensorElements.Read(entry.DType, entry.Pointer, 0, values.AsSpan());
        return values;
    }
}
