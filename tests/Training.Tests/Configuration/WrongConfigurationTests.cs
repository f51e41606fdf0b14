using PlamoNative.Engine;
using PlamoNative.Training.Configuration;
using Xunit;

namespace PlamoNative.Training.Tests.Configuration;

/// <summary>Every mistake gives one line with file, line, key, what was expected and what was found.</summary>
public sealed class WrongConfigurationTests
{
    [Theory]
    [InlineData("  weight_decay: 0.05", "  weight_decai: 0.05", "run.yaml:10: optimizer: expected known keys, found unknown key 'weight_decai' (did you mean 'weight_decay'?)")]
    [InlineData("learning_rate: 2e-3", "learnig_rate: 2e-3", "run.yaml:9:", "unknown key 'learnig_rate'", "did you mean 'learning_rate'?")]
    [InlineData("model:", "modle:", "run.yaml:2: content: expected known keys, found unknown key 'modle' (did you mean 'model'?)")]
    [InlineData("output: run", "outptu: run", "run.yaml:13:", "unknown key 'outptu'", "'output'")]
    [InlineData("- files:", "- fils:", "run.yaml:7: data.sources.0:", "unknown key 'fils'", "'files'")]
    [InlineData("  steps: 300", "  stepps: 300", "unknown key 'stepps'", "'steps'")]
    [InlineData("preset: plamo-2-nano", "preset: plamo-2-nano\n  overrides: {hiden_size: 64}", "run.yaml:4: model.overrides", "unknown key 'hiden_size'", "'hidden_size'")]
    public void An_unknown_key_names_the_nearest_known_one(string good, string bad, params string[] words) =>
        SmallRun.IsRefused(SmallRun.Yaml.Replace(good, bad, StringComparison.Ordinal), words);

    [Theory]
    [InlineData("weight_decay: 0.05", "weight_decay: abc", "run.yaml:10: optimizer.weight_decay: expected a number, found 'abc'")]
    [InlineData("weight_decay: 0.05", "weight_decay: [1]", "run.yaml:10: optimizer.weight_decay: expected a number, found a list")]
    [InlineData("weight_decay: 0.05", "weight_decay:", "run.yaml:10: optimizer.weight_decay: expected a number, found nothing")]
    [InlineData("weight_decay: 0.05", "weight_decay: -1", "optimizer.weight_decay: expected a number of at least 0, found '-1'")]
    [InlineData("weight_decay: 0.05", "weight_decay: .nan", "optimizer.weight_decay: expected a number, found '.nan'")]
    [InlineData("weight_decay: 0.05", "weight_decay: NaN", "optimizer.weight_decay: expected a number of at least 0, found 'NaN'")]
    [InlineData("weight_decay: 0.05", "beta2: 1", "optimizer.beta2: expected a number of at least 0 and below 1, found '1'")]
    [InlineData("steps: 300", "steps: 1.5", "run.yaml:12: schedule.steps: expected a whole number, found '1.5'")]
    [InlineData("steps: 300", "steps: 0", "schedule.steps: expected a whole number of at least 1, found '0'")]
    [InlineData("steps: 300", "steps: 99999999999999999999", "schedule.steps: expected a whole number")]
    [InlineData("steps: 300", "duration: soon", "schedule.duration: expected a duration above 0 such as 90s, 20m or 1h30m, found 'soon'")]
    [InlineData("steps: 300", "duration: 1m1h", "schedule.duration")]
    [InlineData("steps: 300", "steps: 3\n  kind: cosin", "schedule.kind: expected one of cosine, wsd, linear, constant, found 'cosin' (did you mean 'cosine'?)")]
    [InlineData("preset: plamo-2-nano", "preset: plamo-2-nana", "run.yaml:3: model.preset", "did you mean 'plamo-2-nano'?")]
    [InlineData("preset: plamo-2-nano", "preset: plamo-2-nano\n  overrides: {hidden_size: x}", "run.yaml:4: model.overrides", "hidden_size")]
    [InlineData("preset: plamo-2-nano", "preset: plamo-2-nano\n  overrides: {num_attention_heads: 5, num_key_value_heads: 2}", "run.yaml:4: model.overrides")]
    [InlineData("{vocab_size: 1000}", "{vocab_size: 10}", "run.yaml:4: tokenizer.vocab_size: expected a whole number from 263 to")]
    [InlineData("files: [neko.txt, \"more/*.txt\"]", "files: []", "run.yaml:7: data.sources.0.files", "an empty list")]
    [InlineData("output: run", "output: run\nvalidation: {sample_prompts: {a: b}}", "run.yaml:14: validation.sample_prompts: expected a list of texts, found a mapping")]
    [InlineData("output: run", "output: run\nrecording: {csv: yes}", "recording.csv: expected true or false, found 'yes'")]
    [InlineData("output: run", "output: run\nrecording: on", "run.yaml:14: recording: expected a mapping, found 'on'")]
    public void A_wrong_value_names_its_place(string good, string bad, params string[] words) =>
        SmallRun.IsRefused(SmallRun.Yaml.Replace(good, bad, StringComparison.Ordinal), words);

    [Theory]
    [InlineData("output: run", "", "run.yaml:2: output: expected a folder for the run, found no such key")]
    [InlineData("  steps: 300", "  warmup_steps: 3", "schedule: expected steps, epochs or duration", "found none")]
    [InlineData("  preset: plamo-2-nano", "  overrides: {}", "model: expected exactly one of preset, config and folder, found none")]
    [InlineData("  preset: plamo-2-nano", "  preset: plamo-2-nano\n  folder: M", "found several")]
    [InlineData("  preset: plamo-2-nano", "  folder: M\n  overrides: {hidden_size: 64}", "model.overrides")]
    [InlineData("tokenizer: {vocab_size: 1000}", "", "tokenizer: expected path, or vocab_size")]
    [InlineData("{vocab_size: 1000}", "{vocab_size: 1000, path: T}", "run.yaml:4: tokenizer: expected one of path and vocab_size, found both")]
    [InlineData("    - files: [neko.txt, \"more/*.txt\"]", "", "data.sources: expected a list of at least one source")]
    [InlineData("  steps: 300", "  steps: 300\n  epochs: 2", "schedule.epochs")]
    [InlineData("data:", "data:\n  heldout: {fraction: 0.1, files: [x]}", "run.yaml:6: data.heldout: expected one of fraction and files, found both")]
    [InlineData("data:", "data:\n  phases: [{until: 1, weights: [1, 2]}]", "data.phases.0.weights: expected 1 weights, one for each source, found 2")]
    [InlineData("data:", "data:\n  phases: [{until: 0.5, weights: [1]}]", "data.phases.0.until: expected 1 in the last phase")]
    [InlineData("data:", "data:\n  phases: [{until: 0.5, weights: [1]}, {until: 0.4, weights: [1]}]", "data.phases.1.until")]
    [InlineData("data:", "data:\n  sequence_length: 5000", "batch.tokens: expected at least data.sequence_length (5000), found 4096")]
    [InlineData("data:", "data:\n  heldout: {context: 512}", "data.heldout.context")]
    [InlineData("data:", "data:\n  phases: [{until: 1, weights: [0]}]", "data.phases.0.weights: expected a weight above 0")]
    public void Keys_that_are_missing_or_do_not_go_together_are_named(string good, string bad, params string[] words) =>
        SmallRun.IsRefused(SmallRun.Yaml.Replace(good, bad, StringComparison.Ordinal), words);

    [Theory]
    [InlineData("", "content: expected a mapping of settings (key: value), found an empty file")]
    [InlineData("# nothing but a comment\n", "found an empty file")]
    [InlineData("---\n...\n", "found an empty file")]
    [InlineData("just a text", "run.yaml:1: content: expected a mapping of settings (key: value), found 'just a text'")]
    [InlineData("- a\n- b\n", "found a list")]
    [InlineData("seed: 1\nthreads: 2\nseed: 3\n", "run.yaml:3: seed: expected a key that stands once, found it again, first at run.yaml:1")]
    [InlineData("seed: [1\n", "run.yaml:", "expected well-formed YAML")]
    [InlineData("seed: 1\n bad: 2", "run.yaml:", "expected well-formed YAML")]
    [InlineData("seed: 1\n  - 2\nseed2: \"", "run.yaml:", "expected well-formed YAML")]
    [InlineData("seed: *nobody", "expected an alias of an anchor before it, found '*nobody'")]
    [InlineData("seed: &self [*self]", "expected an alias of an anchor before it")]
    [InlineData("? [a]\n: b\n", "run.yaml:1: content: expected a text as key")]
    [InlineData("seed: 1\n---\nseed: 2\n", "run.yaml:2: content: expected one document, found another one")]
    public void What_is_no_configuration_is_refused(string yaml, params string[] words) => SmallRun.IsRefused(yaml, words);

    [Fact]
    public void Deep_nesting_is_refused_before_it_costs_anything() => SmallRun.IsRefused(new string('[', 100_000), "at most 16 levels");

    [Fact]
    public void Whatever_happens_to_a_file_it_is_read_or_refused_in_one_line()
    {
        const string Signs = "\0\t\n :-[]{}#&*!|>'\"%@`?,\\x猫\ud83d";
        var random = new Random(1);
        for (var trial = 0; trial < 2000; trial++)
        {
            var text = SmallRun.Yaml.ToCharArray().ToList();
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                var at = random.Next(text.Count);
                switch (random.Next(3))
                {
                    case 0:
                        text[at] = Signs[random.Next(Signs.Length)];
                        break;
                    case 1:
                        text.Insert(at, Signs[random.Next(Signs.Length)]);
                        break;
                    default:
                        text.RemoveRange(at, Math.Min(text.Count - at, random.Next(1, 20)));
                        break;
                }
            }

            try
            {
                TrainingConfiguration.Parse(string.Concat(text), "run.yaml");
            }
            catch (ConfigurationException exception)
            {
                Assert.DoesNotContain('\n', exception.Message);
            }
        }
    }
}
