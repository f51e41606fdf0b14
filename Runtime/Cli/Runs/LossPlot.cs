using PlamoNative.Engine.Formats;
using PlamoNative.Training.Recording;
using ScottPlot;

namespace PlamoNative.Cli.Runs;

/// <summary>A picture of a run's losses: every step, and the scores of held-out text.</summary>
internal static class LossPlot
{
    internal const string FileName = "loss.png";

    private const int Width = 1200;
    private const int Height = 700;
    private const int MostPoints = 2000;

    /// <summary>Draws what was recorded.</summary>
    /// <returns>False when there is nothing to draw.</returns>
    internal static bool Write(string path, RunMetrics metrics)
    {
        var steps = metrics.Steps.Where(static step => !step.Skipped && double.IsFinite(step.CrossEntropy)).ToArray();
        var scores = metrics.Validations.Where(static score => double.IsFinite(score.Loss)).ToArray();
        if (steps.Length == 0 && scores.Length == 0)
        {
            return false;
        }

        using var plot = new Plot();
        if (steps.Length > 0)
        {
            var stride = (steps.Length + MostPoints - 1) / MostPoints;
            var groups = steps.Chunk(stride).ToArray();
            var line = plot.Add.Scatter(
                Array.ConvertAll(groups, static group => group.Average(static step => (double)step.TotalTokens)),
                Array.ConvertAll(groups, static group => group.Average(static step => step.CrossEntropy)));
            (line.LegendText, line.MarkerSize, line.LineWidth) = ("training batches", 0, 1);
        }

        foreach (var kind in scores.GroupBy(static score => score.Weights))
        {
            var line = plot.Add.Scatter(Array.ConvertAll([.. kind], static score => (double)score.TotalTokens), Array.ConvertAll([.. kind], static score => score.Loss));
            (line.LegendText, line.MarkerSize, line.LineWidth) = ($"held-out text ({kind.Key})", 6, 2);
        }

        plot.XLabel("tokens");
        plot.YLabel("cross-entropy, nats a token");
        plot.ShowLegend(Alignment.UpperRight);
        AtomicFile.Write(path, stream => stream.Write(plot.GetImageBytes(Width, Height, ImageFormat.Png)));
        return true;
    }
}
