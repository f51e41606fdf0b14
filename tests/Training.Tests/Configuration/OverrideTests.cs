using PlamoNative.Training.Configuration;
using Xunit;

namespace PlamoNative.Training.Tests.Configuration;

/// <summary><c>--set key=value</c> goes before the file and obeys its rules.</summary>
public sealed class OverrideTests
{
    [Fact]
    public void An_assignment_takes_the_place_of_what_the_file_says()
    {
        var run = SmallRun.Parse(
            "optimizer.learning_rate=3e-4", "schedule.kind=wsd", "data.sources.0.weight=2", "data.sources.0.files=[a.txt, b.txt]", "validation.sample_prompts=[吾輩は]", "output=elsewhere");
        Assert.Equal((3e-4, 0.05), (run.Optimizer.LearningRate, run.Optimizer.WeightDecay));
        Assert.Equal(ScheduleKind.WarmupStableDecay, run.Schedule.Kind);
        Assert.Equal(2, run.Data.Sources[0].Weight);
        Assert.Equal(["a.txt", "b.txt"], run.Data.Sources[0].Files);
        Assert.Equal("elsewhere", run.Output);
    }

    [Fact]
    public void Nothing_takes_a_key_away() =>
        Assert.Equal(("shape.json", (string?)null), (SmallRun.Parse("model.preset=", "model.config=shape.json").Model.ConfigurationFile, SmallRun.Parse("model.preset=null", "model.folder=M").Model.Preset));

    [Fact]
    public void The_last_of_several_assignments_counts() => Assert.Equal(9UL, SmallRun.Parse("seed=8", "seed=9").Seed);

    [Fact]
    public void A_value_may_hold_equals_signs() => Assert.Equal("a=b", SmallRun.Parse("output=a=b").Output);

    [Theory]
    [InlineData("optimizer.learnig_rate=1", "--set optimizer.learnig_rate: optimizer: expected known keys, found unknown key 'learnig_rate' (did you mean 'learning_rate'?)")]
    [InlineData("optimizer.learning_rate=fast", "--set optimizer.learning_rate: optimizer.learning_rate: expected a number, found 'fast'")]
    [InlineData("optimizer.learning_rate=0", "expected a number above 0, found '0'")]
    [InlineData("optimizer.learning_rate.x=0", "expected a mapping to set a key of, found '2e-3'")]
    [InlineData("data.sources.1.weight=2", "data.sources: expected a position in a list of 1 values, counted from 0, found '1'")]
    [InlineData("data.sources.x.weight=2", "found 'x'")]
    [InlineData("seed", "--set: assignment: expected KEY=VALUE", "found 'seed'")]
    [InlineData("=3", "--set: assignment: expected KEY=VALUE")]
    [InlineData("seed=[1", "--set seed: content: expected well-formed YAML")]
    [InlineData("a..b=1", "unknown key 'a'")]
    public void A_wrong_assignment_names_itself(string assignment, params string[] words) => SmallRun.IsRefusedWith(assignment, words);

    [Fact]
    public void A_section_without_a_value_has_its_defaults() => Assert.Equal(new OptimizerSettings(), SmallRun.Parse("optimizer=").Optimizer);
}
