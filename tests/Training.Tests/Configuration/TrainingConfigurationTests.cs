using System.Text;
using PlamoNative.Engine;
using PlamoNative.Training.Configuration;
using PlamoNative.Training.Data;
using Xunit;

namespace PlamoNative.Training.Tests.Configuration;

/// <summary>A file in, typed settings out; the same settings out again.</summary>
public sealed class TrainingConfigurationTests
{
    private const string Everything = """
        model: {config: shape.json, overrides: {hidden_size: 64, rope_theta: 1e6, full_attention_idx: [3], tie_word_embeddings: false, layers_block_type: [mamba, attention]}}
        seed: 18446744073709551615
        threads: 2
        precision: bfloat16
        tokenizer: {path: 語彙/tokenizer.jsonl}
        data:
          sources:
            - {name: novels, files: "novels/**/*.txt", format: text, separator: 。, weight: 3}
            - {files: [a.jsonl, b.jsonl], format: jsonl, text_field: body, prompt_field: q, completion_field: a, weight: 0.5}
          phases: [{until: 0.8, weights: [1, 0]}, {until: 1, weights: [0.25, 0.75]}]
          heldout: {files: [gingatetsudou.txt], separator: file, sequence_length: 256, context: 128}
          sequence_length: 1024
          shards: "null"
        batch: {tokens: 1024, accumulation_steps: 4}
        optimizer: {learning_rate: 3e-4, beta1: 0.8, beta2: 0.99, epsilon: 1e-9, weight_decay: 0, clip_norm: null, ema_decay: 0.999}
        schedule: {kind: wsd, warmup_steps: 0, final_fraction: 0, decay_fraction: 0.1, decay_shape: sqrt, steps: 1000, duration: 1h30m}
        regularization: {dropout: 0.1, z_loss: 1e-4}
        recompute: layers
        validation: {every: null, batches: 8, early_stop_patience: 5, sample_prompts: [吾輩は, "no: \"quotes\"\n"], sample_tokens: 32}
        checkpoint: {every: null, every_minutes: 7.5, keep: 3, keep_best: false}
        guard: {skip_nonfinite: false, spike_zscore: null, spike_window: 64, max_consecutive_skips: 5, max_rollbacks: 0}
        recording: {jsonl: true, csv: false, tensorboard: false, plot: false}
        output: runs/第一
        """;

    [Fact]
    public void Keys_that_are_absent_have_their_defaults()
    {
        var run = SmallRun.Parse();
        Assert.Equal("plamo-2-nano", run.Model.Preset);
        Assert.Equal(["neko.txt", "more/*.txt"], run.Data.Sources[0].Files);
        Assert.Equal(CorpusFormat.Auto, run.Data.Sources[0].Format);
        Assert.Equal((2e-3, 0.05, 1.0), (run.Optimizer.LearningRate, run.Optimizer.WeightDecay, run.Optimizer.ClipNorm));
        Assert.Equal((300L, ScheduleKind.Cosine), (run.Schedule.Steps, run.Schedule.Kind));
        Assert.Equal(new GuardSettings(), run.Guard);
        Assert.Equal(new BatchSettings(), run.Batch);
        Assert.Equal(0.01, run.Data.HeldOut.Fraction);
    }

    [Fact]
    public void Every_key_is_read()
    {
        var run = TrainingConfiguration.Parse(Everything, "run.yaml");
        Assert.Equal(ulong.MaxValue, run.Seed);
        Assert.Equal(
            ["hidden_size=64", "rope_theta=1000000", "full_attention_idx=[3]", "tie_word_embeddings=false", "layers_block_type=[\"mamba\", \"attention\"]"],
            run.Model.Overrides.Select(pair => $"{pair.Key}={pair.Value}"));
        Assert.Equal(("。", 3.0, "novels"), (run.Data.Sources[0].Separator, run.Data.Sources[0].Weight, run.Data.Sources[0].Name));
        Assert.Equal([0.25, 0.75], run.Data.Phases[1].Weights);
        Assert.Equal((0.0, "file", 256, 128), (run.Data.HeldOut.Fraction, run.Data.HeldOut.Corpus!.Separator, run.Data.HeldOut.SequenceLength, run.Data.HeldOut.Context));
        Assert.Equal("null", run.Data.Shards);
        Assert.Null(run.Optimizer.ClipNorm);
        Assert.Equal((TimeSpan.FromMinutes(90), DecayShape.SquareRoot, 1000L), (run.Schedule.Duration, run.Schedule.DecayShape, run.Schedule.Steps));
        Assert.Equal((TrainingPrecision.BFloat16, RecomputeMode.Layers), (run.Precision, run.Recompute));
        Assert.Equal(["吾輩は", "no: \"quotes\"\n"], run.Validation.SamplePrompts);
        Assert.Null(run.Validation.Every);
        Assert.Equal("runs/第一", run.Output);
    }

    [Theory]
    [InlineData(SmallRun.Yaml)]
    [InlineData(Everything)]
    public void What_is_written_reads_back_equal(string yaml)
    {
        var run = TrainingConfiguration.Parse(yaml, "run.yaml");
        var written = run.ToYaml();
        var again = TrainingConfiguration.Parse(written, "again.yaml");
        Assert.Equivalent(run, again, strict: true);
        Assert.Equal(written, again.ToYaml());
        Assert.DoesNotContain("comment", written, StringComparison.Ordinal);
    }

    [Fact]
    public void A_configuration_made_in_code_obeys_the_rules_of_files()
    {
        var run = SmallRun.Parse();
        Assert.Same(run, run.Validate());
        var wrong = run with { Batch = new BatchSettings { Tokens = 0 } };
        Assert.Contains("batch.tokens", Assert.Throws<ConfigurationException>(wrong.Validate).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Anchors_stand_for_what_they_name()
    {
        var run = TrainingConfiguration.Parse(SmallRun.Yaml + "\nvalidation: {sample_prompts: [&first 吾輩は, *first]}\n", "run.yaml");
        Assert.Equal(["吾輩は", "吾輩は"], run.Validation.SamplePrompts);
    }

    [Theory]
    [InlineData("90", 90)]
    [InlineData("90s", 90)]
    [InlineData("20m", 1200)]
    [InlineData("1.5h", 5400)]
    [InlineData("1d2h3m4.5s", 93784.5)]
    public void Durations_are_written_as_people_do(string text, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), SmallRun.Parse("schedule.steps=null", $"schedule.duration={text}").Schedule.Duration);

    [Fact]
    public void A_file_may_begin_with_a_byte_order_mark_and_must_be_utf8()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, SmallRun.Yaml, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
            Assert.Equal("run", TrainingConfiguration.Read(path).Output);
            File.WriteAllBytes(path, [.. Encoding.UTF8.GetBytes(SmallRun.Yaml), 0xff]);
            Assert.Contains("UTF-8", Assert.Throws<ConfigurationException>(() => TrainingConfiguration.Read(path)).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_shape_takes_the_vocabulary_of_the_tokenizer_and_overrides_go_before_it()
    {
        var model = SmallRun.Parse("model.overrides={hidden_size: 128, num_hidden_layers: 2, attention_window_size: 64}").Model;
        var shape = ModelShape.Resolve(model, vocabSize: 700);
        Assert.Equal((700, 128, 2, 64), (shape.VocabSize, shape.HiddenSize, shape.LayerCount, shape.WindowSize));
        Assert.Equal(6, shape.SsmHeads);
        Assert.Equal(800, ModelShape.Resolve(SmallRun.Parse("model.overrides.vocab_size=800").Model, vocabSize: 700).VocabSize);
    }
}
