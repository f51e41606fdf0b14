namespace PlamoNative.Training.Configuration;

/// <summary><c>optimizer</c>: AdamW with decoupled decay of matrices, gradients clipped by their global norm.</summary>
public sealed record OptimizerSettings
{
    /// <summary><c>learning_rate</c>: the peak of the schedule.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary><c>beta1</c>: decay of the first moment.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary><c>beta2</c>: decay of the second moment.</summary>
    public double Beta2 { get; init; } = 0.95;

    /// <summary><c>epsilon</c>, added to the root of the second moment.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary><c>weight_decay</c> of Linear and Embedding weights; norms, biases, convolutions, A_log, D and dt_bias do not decay.</summary>
    public double WeightDecay { get; init; } = 0.1;

    /// <summary><c>clip_norm</c>: the largest 2-norm of all gradients; null: nothing is clipped.</summary>
    public double? ClipNorm { get; init; } = 1;

    /// <summary><c>ema_decay</c> of an averaged copy of the weights, which is then validated and saved too; null: no copy.</summary>
    public double? EmaDecay { get; init; }

    internal static OptimizerSettings Read(ConfigurationSection section)
    {
        var defaults = new OptimizerSettings();
        return section.Done(new OptimizerSettings
        {
            LearningRate = section.Number("learning_rate", defaults.LearningRate, NumberRange.Positive),
            Beta1 = section.Number("beta1", defaults.Beta1, NumberRange.BelowOne),
            Beta2 = section.Number("beta2", defaults.Beta2, NumberRange.BelowOne),
            Epsilon = section.Number("epsilon", defaults.Epsilon, NumberRange.Positive),
            WeightDecay = section.Number("weight_decay", defaults.WeightDecay, NumberRange.NotNegative),
            ClipNorm = section.OptionalNumber("clip_norm", defaults.ClipNorm, NumberRange.Positive),
            EmaDecay = section.OptionalNumber("ema_decay", defaults.EmaDecay, NumberRange.BelowOne),
        });
    }

    internal void Write(ConfigurationBuilder to) => to
        .Number("learning_rate", LearningRate)
        .Number("beta1", Beta1)
        .Number("beta2", Beta2)
        .Number("epsilon", Epsilon)
        .Number("weight_decay", WeightDecay)
        .Number("clip_norm", ClipNorm)
        .Number("ema_decay", EmaDecay);
}
