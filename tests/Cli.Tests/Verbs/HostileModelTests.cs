using System.Buffers.Binary;
using System.Text;
using Xunit;

namespace PlamoNative.Cli.Tests.Verbs;

/// <summary>Model files that lie: each is refused in one line by every verb that reads models.</summary>
public sealed class HostileModelTests(SmallModel small) : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    public static TheoryData<string> Faults =>
    [
        "no config", "config not JSON", "config is a list", "other architecture", "vocabulary smaller than the tokenizer", "huge layer count", "no weights",
        "weights truncated", "weights empty", "header length 2^60", "header not JSON", "tensor missing", "offsets overlap", "tokenizer line not JSON", "pipe as config",
    ];

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_bad_folder_is_refused_in_one_line(string fault)
    {
        foreach (var file in Directory.EnumerateFiles(small.Folder))
        {
            File.Copy(file, Path.Combine(Directory.CreateDirectory(_place["M"]).FullName, Path.GetFileName(file)));
        }

        Break(fault);
        foreach (var line in Lines(_place["M"]))
        {
            CommandRun.Of(line).RefusesWith(_place["M"]);
        }

        Assert.False(Path.Exists(_place["out"]));
    }

    [Theory]
    [InlineData("empty")]
    [InlineData("magic only")]
    [InlineData("truncated")]
    [InlineData("2^60 tensors")]
    [InlineData("other version")]
    [InlineData("text")]
    [InlineData("pipe")]
    public void A_bad_gguf_is_refused_in_one_line(string fault)
    {
        var good = File.ReadAllBytes(small.Gguf);
        var path = _place["bad.gguf"];
        switch (fault)
        {
            case "empty": _place.File("bad.gguf", ""); break;
            case "magic only": _place.File("bad.gguf", good.AsSpan(0, 4)); break;
            case "truncated": _place.File("bad.gguf", good.AsSpan(0, good.Length - 100)); break;
            case "2^60 tensors":
                BinaryPrimitives.WriteUInt64LittleEndian(good.AsSpan(8), 1UL << 60);
                _place.File("bad.gguf", good);
                break;
            case "other version":
                good[4] = 9;
                _place.File("bad.gguf", good);
                break;
            case "text": _place.File("bad.gguf", "これはGGUFではない"); break;
            default: _place.Pipe("bad.gguf"); break;
        }

        foreach (var line in Lines(path))
        {
            CommandRun.Of(line).RefusesWith(path);
        }
    }

    private string[][] Lines(string model) =>
    [
        ["info", "--model", model],
        ["logits", "--model", model, "--tokens", "5", "--out", _place["out"]],
        ["generate", "--model", model, "--prompt", "猫"],
        ["convert", "--model", model, "--out", _place["out"]],
        ["perplexity", "--model", model, "--input", small.Corpus],
        ["chat", "--model", model, "--prompt", "猫"],
    ];

    private void Break(string fault)
    {
        var config = _place["M/config.json"];
        var weights = _place["M/model.safetensors"];
        switch (fault)
        {
            case "no config": File.Delete(config); break;
            case "config not JSON": File.WriteAllText(config, "{\"hidden_size\": "); break;
            case "config is a list": File.WriteAllText(config, "[]"); break;
            case "other architecture": Edit(config, "Plamo2ForCausalLM", "LlamaForCausalLM"); break;
            case "vocabulary smaller than the tokenizer": Edit(config, "320", "299"); break;
            case "huge layer count": Edit(config, "\"num_hidden_layers\": 4", "\"num_hidden_layers\": 2000000000"); break;
            case "no weights": File.Delete(weights); break;
            case "weights truncated": File.WriteAllBytes(weights, File.ReadAllBytes(weights)[..^64]); break;
            case "weights empty": File.WriteAllBytes(weights, []); break;
            case "header length 2^60": Overwrite(weights, 0, BitConverter.GetBytes(1UL << 60)); break;
            case "header not JSON": Overwrite(weights, 8, "<html>"u8); break;
            case "tensor missing": Overwrite(weights, File.ReadAllBytes(weights).AsSpan().IndexOf("model.norm.weight"u8), "model.norm.weighs"u8); break;
            case "offsets overlap": OverlapOffsets(weights); break;
            case "tokenizer line not JSON": File.AppendAllText(_place["M/tokenizer.jsonl"], "what\n"); break;
            default:
                File.Delete(config);
                _place.Pipe("M/config.json");
                break;
        }
    }

    private static void Edit(string path, string from, string to)
    {
        var text = File.ReadAllText(path);
        Assert.Contains(from, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(from, to));
    }

    private static void Overwrite(string path, int offset, ReadOnlySpan<byte> bytes)
    {
        var content = File.ReadAllBytes(path);
        bytes.CopyTo(content.AsSpan(offset));
        File.WriteAllBytes(path, content);
    }

    /// <summary>Makes the second tensor of the header begin at 0, where the first one lies.</summary>
    private static void OverlapOffsets(string path)
    {
        var content = File.ReadAllBytes(path);
        var header = Encoding.UTF8.GetString(content, 8, (int)BinaryPrimitives.ReadUInt64LittleEndian(content));
        const string Key = "\"data_offsets\":[";
        var start = header.IndexOf(Key, header.IndexOf(Key, StringComparison.Ordinal) + 1, StringComparison.Ordinal) + Key.Length;
        var end = header.IndexOf(',', start);
        Overwrite(path, 8 + start, Encoding.UTF8.GetBytes("0".PadLeft(end - start)));
    }
}
