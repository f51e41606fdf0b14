using PlamoNative.Training.Configuration;

namespace PlamoNative.Training.Loop;

/// <summary>Decides whether a step may change the parameters: not with a loss or a gradient that is no number, nor when the loss leaps out of its window.</summary>
internal sealed class OutlierGuard(GuardSettings settings)
{
    /// <summary>Why a step must be skipped; null: it is fine, and its loss becomes part of what is normal.</summary>
    /// <param name="state">Holds the window.</param>
    /// <param name="loss">The step's loss.</param>
    /// <param name="gradientNorm">Its gradients' norm.</param>
    internal string? Judge(TrainingState state, double loss, double gradientNorm)
    {
        if (!double.IsFinite(loss) || !double.IsFinite(gradientNorm))
        {
            return FormattableString.Invariant($"the loss is {loss} and the gradients' norm {gradientNorm}");
        }

        var window = state.RecentLosses;
        if (settings.SpikeZScore is { } bound && window.Count >= settings.SpikeWindow)
        {
            var mean = window.Sum() / window.Count;
            var variance = window.Sum(value => (value - mean) * (value - mean)) / window.Count;
            var score = (loss - mean) / Math.Sqrt(Math.Max(variance, 1e-12 * mean * mean));
            if (score > bound)
            {
                return FormattableString.Invariant($"the loss leapt to {loss:0.####}, {score:0.#} deviations above the {mean:0.####} of the last {window.Count} steps");
            }
        }

        if (window.Count >= settings.SpikeWindow)
        {
            window.RemoveRange(0, window.Count - settings.SpikeWindow + 1);
        }

        window.Add(loss);
        return null;
    }
}
