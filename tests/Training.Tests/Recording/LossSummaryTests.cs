using PlamoNative.Training.Recording;
using Xunit;

namespace PlamoNative.Tests.Training.Recording;

/// <summary>The numbers of a run.</summary>
public sealed class LossSummaryTests
{
    [Fact]
    public void A_run_is_summed_up()
    {
        var metrics = new RunMetrics(
            [.. Enumerable.Range(1, 14).Select(step => RunSamples.Step(step))],
            [RunSamples.Validation(0), RunSamples.Validation(0, "ema"), RunSamples.Validation(9, "ema"), RunSamples.Validation(14), RunSamples.Validation(14, "ema") with { Loss = 5 }],
            [],
            []);

        var summary = LossSummary.Of(metrics, lastSteps: 2);

        Assert.Equal((14, 14 * 512, 2, 3.5), (summary.Steps, summary.Tokens, summary.SkippedSteps, summary.Seconds));
        Assert.Equal(((5.0 / 13) + (5.0 / 12)) / 2, summary.TrainLoss, 1e-15);
        Assert.Equal((6.0, 5.0, 0.6, 9L), (summary.HeldOutFirst, summary.HeldOutLast, summary.HeldOutBest, summary.BestStep));
        Assert.Equal((2.0, 2.0 / 15), (summary.BitsPerByteFirst, summary.BitsPerByteLast));
    }

    [Fact]
    public void A_run_without_records_has_no_losses()
    {
        var summary = LossSummary.Of(new RunMetrics([], [], [], []));

        Assert.Equal(0, summary.Steps);
        Assert.True(double.IsNaN(summary.TrainLoss) && double.IsNaN(summary.HeldOutBest));
        Assert.Null(summary.BestStep);
    }
}
