using System.Globalization;
using PlamoNative.Engine;
using PlamoNative.Training.Configuration;
using PlamoNative.Training.Loop;
using PlamoNative.Training.Recording;

namespace PlamoNative.Training.Tests.Loop;

/// <summary>A run that takes a second: four small layers and a few hundred sentences about numbers.</summary>
internal sealed class SmallRun : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("plamo-run-").FullName;

    internal SmallRun()
    {
        var sentences = Enumerable.Range(0, 300).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i % 17}たす{i % 11}は{(i % 17) + (i % 11)}です。空は{(i % 3 == 0 ? "青い" : "高い")}。"));
        File.WriteAllText(Path.Combine(_root, "text.txt"), string.Join('\n', sentences) + "\n");
    }

    internal string Folder(string name) => Path.Combine(_root, name);

    internal TrainingConfiguration Configuration(string name, params string[] overrides) => TrainingConfiguration.Parse(
        $$"""
        model:
          preset: plamo-2-nano
          overrides: {hidden_size: 32, num_hidden_layers: 4, intermediate_size: 48, num_attention_heads: 2, num_key_value_heads: 1, hidden_size_per_head: 16, mamba_num_heads: 3, mamba_d_state: 16, attention_window_size: 16}
        seed: 5
        threads: 2
        tokenizer: {vocab_size: 280}
        data:
          sources: [{files: ["{{_root}}/text.txt"]}]
          heldout: {fraction: 0.1}
          sequence_length: 48
          shards: "{{_root}}/shards"
        batch: {tokens: 96, accumulation_steps: 2}
        optimizer: {learning_rate: 0.01, ema_decay: 0.9}
        schedule: {kind: cosine, warmup_steps: 3, steps: 12}
        regularization: {dropout: 0.1, z_loss: 1.0e-4}
        validation: {every: 4}
        checkpoint: {every: 3, keep: 2}
        output: "{{_root}}/{{name}}"
        """,
        "small.yaml", overrides);

    /// <summary>The losses and norms of a run's record, to the last bit.</summary>
    internal IReadOnlyList<(long Step, double Loss, double Norm)> Curve(string name) =>
        [.. MetricsReader.Read(Path.Combine(Folder(name), "metrics.jsonl")).Steps.Select(s => (s.Step, s.Loss, s.GradientNorm))];

    /// <summary>All bytes of the final weights.</summary>
    internal byte[] FinalWeights(string name) => File.ReadAllBytes(Path.Combine(Folder(name), "model", "model.safetensors"));

    public void Dispose() => Directory.Delete(_root, recursive: true);
}

/// <summary>Remembers what it was told, and may ask to stop.</summary>
internal sealed class Listener : ITrainingObserver
{
    internal List<StepRecord> Steps { get; } = [];

    internal List<ValidationRecord> Validations { get; } = [];

    internal List<TrainingIncident> Incidents { get; } = [];

    internal List<string> Checkpoints { get; } = [];

    internal Action<StepRecord>? AfterStep { get; init; }

    public void OnStep(in StepRecord step)
    {
        Steps.Add(step);
        AfterStep?.Invoke(step);
    }

    public void OnValidation(in ValidationRecord validation) => Validations.Add(validation);

    public void OnIncident(in TrainingIncident incident) => Incidents.Add(incident);

    public void OnCheckpoint(long step, string folder) => Checkpoints.Add(folder);
}
