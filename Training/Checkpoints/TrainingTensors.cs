using PlamoNative.Engine;
using PlamoNative.Training.Models;
using PlamoNative.Training.Optimizers;

namespace PlamoNative.Training.Checkpoints;

/// <summary>Every tensor that a run must keep to go on with the same bits, by the name it has in a checkpoint.</summary>
internal sealed class TrainingTensors
{
    internal TrainingTensors(TrainableModel model, AdamWOptimizer optimizer, WeightAverage? average)
    {
        var weights = new List<KeyValuePair<string, Tensor>>();
        var others = new List<KeyValuePair<string, Tensor>>();
        for (var i = 0; i < model.Parameters.Count; i++)
        {
            var (name, kept) = (model.Parameters[i].Name, optimizer.Parameters[i]);
            weights.Add(new(name, kept.Value));
            others.Add(new("first_moment." + name, kept.FirstMoment));
            others.Add(new("second_moment." + name, kept.SecondMoment));
            if (kept.Master is { } master)
            {
                others.Add(new("master." + name, master));
            }

            if (average is not null)
            {
                others.Add(new("average." + name, average.Values[i]));
            }
        }

        (Weights, Others) = (weights, others);
    }

    /// <summary>The weights, under their Hugging Face names.</summary>
    internal IReadOnlyList<KeyValuePair<string, Tensor>> Weights { get; }

    /// <summary>Moments, masters and averages.</summary>
    internal IReadOnlyList<KeyValuePair<string, Tensor>> Others { get; }

    /// <summary>Both.</summary>
    internal IEnumerable<KeyValuePair<string, Tensor>> All => Weights.Concat(Others);
}
