using Xunit;

[assembly: AssemblyFixture(typeof(PlamoNative.Cli.Tests.Verbs.SmallModel))]

namespace PlamoNative.Cli.Tests.Verbs;

/// <summary>One small random model with a trained vocabulary, as a folder and as a GGUF, made once by the command itself and only read by tests.</summary>
public sealed class SmallModel : IDisposable
{
    private const string Text = "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。何でも薄暗いじめじめした所でニャーニャー泣いていた事だけは記憶している。\n";

    /// <summary>Mamba, window attention, Mamba, full attention; a window that short texts leave.</summary>
    private const string Configuration = """
        {"architectures": ["Plamo2ForCausalLM"], "model_type": "plamo2", "vocab_size": 320, "hidden_size": 64, "num_hidden_layers": 4, "intermediate_size": 96,
         "num_attention_heads": 4, "num_key_value_heads": 2, "hidden_size_per_head": 32, "attention_window_size": 8, "full_attention_idx": [3],
         "rope_theta": 1000000, "rope_local_theta": 10000, "mamba_step": 2, "mamba_d_state": 16, "mamba_num_heads": 4, "mamba_chunk_size": 16}
        """;

    private readonly Workplace _place = new();

    public SmallModel()
    {
        _place.File("corpus.txt", string.Concat(Enumerable.Repeat(Text, 20)));
        _place.File("config.json", Configuration);
        CommandRun.Of("tokenizer", "train", "--input", _place["corpus.txt"], "--vocab-size", "300", "--out", _place["T"]).Succeeds();
        CommandRun.Of("init", "--config", _place["config.json"], "--tokenizer", _place["T"], "--out", Folder, "--seed", "3").Succeeds();
        CommandRun.Of("convert", "--model", Folder, "--out", Gguf).Succeeds();
    }

    public string Folder => _place["M"];

    public string Gguf => _place["M.gguf"];

    public string Corpus => _place["corpus.txt"];

    public string ConfigurationFile => _place["config.json"];

    public string Tokenizer => _place["T"];

    public void Dispose() => _place.Dispose();
}
