using System.Text.Json;
using PlamoNative.Tests;
using PlamoNative.Training.Configuration;
using PlamoNative.Training.Schedules;
using Xunit;

namespace PlamoNative.Training.Tests.Schedules;

/// <summary>The formula of every schedule, by steps and by progress.</summary>
public sealed class LearningRateScheduleTests
{
    public static TheoryData<ScheduleKind> Kinds => [.. Enum.GetValues<ScheduleKind>()];

    [Theory]
    [InlineData("single")]
    [InlineData("accumulate")]
    public void Rates_of_the_golden_runs_are_met(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(SharedData.Require($"oracle/training/adamw/{name}"), "case.json")));
        var optimizer = document.RootElement.GetProperty("optimizer");
        var schedule = new LearningRateSchedule(
            new ScheduleSettings { WarmupSteps = optimizer.GetProperty("warmup_steps").GetInt32(), FinalFraction = optimizer.GetProperty("final_fraction").GetDouble() },
            optimizer.GetProperty("peak_learning_rate").GetDouble());
        var steps = document.RootElement.GetProperty("result").EnumerateArray().ToArray();
        foreach (var step in steps)
        {
            var expected = step.GetProperty("learning_rate").GetDouble();
            Assert.InRange(schedule.AtStep(step.GetProperty("step").GetInt64(), steps.Length) / expected, 1 - 1e-12, 1 + 1e-12);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_warm_up_rises_to_the_peak_and_the_last_step_has_the_final_rate(ScheduleKind kind)
    {
        var schedule = new LearningRateSchedule(new ScheduleSettings { Kind = kind, WarmupSteps = 4, FinalFraction = 0.25 }, 2);
        Assert.Equal([0.5, 1, 1.5, 2], Enumerable.Range(1, 4).Select(step => schedule.AtStep(step, 20)));
        var final = kind == ScheduleKind.Constant ? 2 : 0.5;
        Assert.Equal(final, schedule.AtStep(20, 20), 1e-15);
        Assert.Equal(final, schedule.AtStep(25, 20), 1e-15);
        Assert.Equal(final, schedule.AtProgress(4, 1), 1e-15);
        Assert.Equal(1, schedule.AtProgress(2, 0), 1e-15);
        Assert.Equal(2, schedule.AtProgress(4, 0), 1e-15);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void After_the_warm_up_a_rate_never_rises(ScheduleKind kind)
    {
        var schedule = new LearningRateSchedule(new ScheduleSettings { Kind = kind, WarmupSteps = 3 }, 1);
        var rates = Enumerable.Range(3, 98).Select(step => schedule.AtStep(step, 100)).ToArray();
        Assert.Equal(rates.OrderDescending(), rates);
    }

    [Theory]
    [InlineData(DecayShape.Linear, 0.75)]
    [InlineData(DecayShape.SquareRoot, 0.5)]
    public void Warm_up_stable_decay_falls_in_its_last_part_only(DecayShape shape, double quarter)
    {
        var schedule = new LearningRateSchedule(
            new ScheduleSettings { Kind = ScheduleKind.WarmupStableDecay, WarmupSteps = 10, DecayFraction = 0.2, DecayShape = shape, FinalFraction = 0 }, 1);
        Assert.Equal(1, schedule.AtStep(80, 100));
        Assert.Equal(quarter, schedule.AtStep(85, 100), 1e-15);
        Assert.Equal(0, schedule.AtStep(100, 100), 1e-15);
        Assert.Equal(1, schedule.AtProgress(50, 0.8));
        Assert.Equal(quarter, schedule.AtProgress(50, 0.85), 1e-14);
    }

    [Fact]
    public void A_line_is_a_line()
    {
        var schedule = new LearningRateSchedule(new ScheduleSettings { Kind = ScheduleKind.Linear, WarmupSteps = 0, FinalFraction = 0.5 }, 1);
        Assert.Equal(0.75, schedule.AtStep(50, 100), 1e-15);
        Assert.Equal(0.75, schedule.AtProgress(50, 0.5), 1e-15);
    }

    [Fact]
    public void A_warm_up_longer_than_the_run_is_a_shorter_rise()
    {
        var schedule = new LearningRateSchedule(new ScheduleSettings { WarmupSteps = 100 }, 1);
        Assert.Equal(0.1, schedule.AtStep(10, 10), 1e-15);
    }
}
