using System.Text.Json;
using PlamoNative.Engine;
using PlamoNative.Engine.Formats;
using PlamoNative.Tests;
using Xunit;

namespace PlamoNative.Cli.Tests.Verbs;

public sealed class LossTests(SmallModel small) : IDisposable
{
    private const string Good = """{"tokens": [1, 7, 8, 9, 10], "sequence_offsets": [0, 2, 5], "targets": [7, -1, 9, 10, -1]}""";

    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData("window-tied", "plain")]
    [InlineData("full-untied", "masked")]
    public void Float64_answers_and_gradients_are_the_golden_ones(string model, string name)
    {
        var folder = SharedData.Require($"oracle/training/lm-loss/{model}");
        using var golden = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, $"{name}.json")));
        var batch = _place.File("batch.json", golden.RootElement.GetProperty("batch").GetRawText());
        var (weight, tokens, gradients) = (golden.RootElement.GetProperty("z_loss_weight").GetRawText(), _place["t.safetensors"], _place["g.safetensors"]);
        var answer = CommandRun.Of(
            "loss", "--model", Path.Combine(folder, "model"), "--batch", batch, "--z-loss", weight, "--precision", "float64", "--out", tokens, "--gradients", gradients, "--json").Succeeds().Json;
        foreach (var key in new[] { "loss", "cross_entropy", "target_count", "gradient_norm" })
        {
            Assert.Equal(1, answer.GetProperty(key).GetDouble() / golden.RootElement.GetProperty(key).GetDouble(), 1e-10);
        }

        Assert.Equal(answer.GetProperty("loss").GetDouble(), answer.GetProperty("cross_entropy").GetDouble() + answer.GetProperty("z_loss").GetDouble(), 1e-12);
        using var ours = SafetensorsFile.Open(tokens);
        Assert.All(ours.Entries, static tensor => Assert.Equal(DType.Float64, tensor.DType));
        Assert.Equal(["cross_entropy", "logsumexp"], ours.Entries.Select(static tensor => tensor.Name).Order());
        using var gradientFile = SafetensorsFile.Open(gradients);
        using var goldenFile = SafetensorsFile.Open(Path.Combine(folder, $"{name}-gradients.safetensors"));
        Assert.Equal(goldenFile.Entries.Select(static t => t.Name).Order(), gradientFile.Entries.Select(static t => t.Name).Order());
    }

    [Fact]
    public void Float32_is_near_float64_and_is_written_as_float32()
    {
        var single = Answer("--gradients", _place["g.safetensors"]);
        var exact = Answer("--precision", "float64");
        Assert.Equal(1, single.GetProperty("loss").GetDouble() / exact.GetProperty("loss").GetDouble(), 1e-5);
        Assert.Equal(3, single.GetProperty("target_count").GetInt32());
        Assert.Equal(0, single.GetProperty("z_loss").GetDouble());
        using var file = SafetensorsFile.Open(_place["g.safetensors"]);
        Assert.All(file.Entries, static tensor => Assert.Equal(DType.Float32, tensor.DType));
    }

    [Fact]
    public void A_gguf_has_the_loss_of_its_folder()
    {
        var batch = _place.File("batch.json", Good);
        var answer = CommandRun.Of("loss", "--model", small.Gguf, "--batch", batch, "--json").Succeeds().Json;
        Assert.Equal(Answer().GetProperty("loss").GetDouble(), answer.GetProperty("loss").GetDouble(), 1e-5);
    }

    [Theory]
    [InlineData("", "expected a JSON object, found what is no JSON in line 1")]
    [InlineData("[1]", "content: expected a JSON object, found a list")]
    [InlineData("""{"tokens": [1], "sequence_offsets": [0, 1]}""", "targets: expected a list of whole numbers, found no such field")]
    [InlineData("""{"tokens": "1", "sequence_offsets": [0, 1], "targets": [1]}""", "tokens: expected a list of whole numbers, found a string")]
    [InlineData("""{"tokens": [], "sequence_offsets": [0], "targets": []}""", "tokens: expected at least one token, found none")]
    [InlineData("""{"tokens": [1, 320], "sequence_offsets": [0, 2], "targets": [1, -1]}""", "tokens[1]: expected a whole number from 0 to 319, found 320")]
    [InlineData("""{"tokens": [1, -1], "sequence_offsets": [0, 2], "targets": [1, -1]}""", "tokens[1]")]
    [InlineData("""{"tokens": [1, 1.5], "sequence_offsets": [0, 2], "targets": [1, -1]}""", "tokens[1]", "found 1.5")]
    [InlineData("""{"tokens": [1, 2], "sequence_offsets": [0, 2], "targets": [1, -2]}""", "targets[1]: expected a whole number from -1 to 319, found -2")]
    [InlineData("""{"tokens": [1, 2], "sequence_offsets": [0, 2], "targets": [1]}""", "targets: expected 2 targets, one for each token, found 1")]
    [InlineData("""{"tokens": [1, 2], "sequence_offsets": [0, 2], "targets": [-1, -1]}""", "targets: expected at least one token with a target, found none")]
    [InlineData("""{"tokens": [1, 2], "sequence_offsets": [1, 2], "targets": [1, -1]}""", "sequence_offsets[0]: expected 0, found 1")]
    [InlineData("""{"tokens": [1, 2], "sequence_offsets": [], "targets": [1, -1]}""", "sequence_offsets[0]: expected 0, found an empty list")]
    [InlineData("""{"tokens": [1, 2, 3], "sequence_offsets": [0, 2, 1, 3], "targets": [1, -1, 2]}""", "sequence_offsets[2]: expected more than the border before it, 2, found 1")]
    [InlineData("""{"tokens": [1, 2, 3], "sequence_offsets": [0, 2], "targets": [1, -1, 2]}""", "sequence_offsets[1]: expected the number of tokens, 3, as the last border, found 2")]
    [InlineData("""{"tokens": [1, 2, 3], "sequence_offsets": [0, 2, 9], "targets": [1, -1, 2]}""", "found 9")]
    public void A_bad_batch_is_one_line(string json, params string[] words)
    {
        var batch = _place.File("batch.json", json);
        CommandRun.Of("loss", "--model", small.Folder, "--batch", batch).RefusesWith([batch, .. words]);
    }

    [Fact]
    public void Wrong_usage_is_one_line()
    {
        var batch = _place.File("batch.json", Good);
        CommandRun.Of("loss", "--model", small.Folder).RefusesWith("--batch: expected a JSON file, found nothing");
        CommandRun.Of("loss", "--model", small.Folder, "--batch", _place["none.json"]).RefusesWith("none.json");
        CommandRun.Of("loss", "--model", small.Folder, "--batch", batch, "--z-loss", "-1").RefusesWith("--z-loss: expected a number");
        CommandRun.Of("loss", "--model", small.Folder, "--batch", batch, "--precision", "float16").RefusesWith("--precision: expected one of float32, float64");
        CommandRun.Of("loss", "--model", small.Folder, "--batch", batch, "--out", _place.Root).RefusesWith(_place.Root);
    }

    private JsonElement Answer(params string[] options) =>
        CommandRun.Of(["loss", "--model", small.Folder, "--batch", _place.File("batch.json", Good), "--json", .. options]).Succeeds().Json;
}
