using PlamoNative.Engine;
using PlamoNative.Training.Configuration;
using Xunit;

namespace PlamoNative.Training.Tests.Configuration;

/// <summary>The shortest configuration that says everything, and ways to break it.</summary>
internal static class SmallRun
{
    internal const string Yaml = """
        # A comment that is not kept.
        model:
          preset: plamo-2-nano
        tokenizer: {vocab_size: 1000}
        data:
          sources:
            - files: [neko.txt, "more/*.txt"]
        optimizer:
          learning_rate: 2e-3
          weight_decay: 0.05
        schedule:
          steps: 300
        output: run
        """;

    internal static TrainingConfiguration Parse(params string[] overrides) => TrainingConfiguration.Parse(Yaml, "run.yaml", overrides);

    internal static void IsRefused(string yaml, params string[] words) =>
        AssertWords(Assert.Throws<ConfigurationException>(() => TrainingConfiguration.Parse(yaml, "run.yaml")), words);

    internal static void IsRefusedWith(string assignment, params string[] words) =>
        AssertWords(Assert.Throws<ConfigurationException>(() => Parse(assignment)), words);

    private static void AssertWords(ConfigurationException exception, string[] words)
    {
        Assert.DoesNotContain('\n', exception.Message);
        foreach (var word in words)
        {
            Assert.Contains(word, exception.Message, StringComparison.Ordinal);
        }
    }
}
