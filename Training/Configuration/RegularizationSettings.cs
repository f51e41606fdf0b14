namespace PlamoNative.Training.Configuration;

/// <summary><c>regularization</c>: off by default; dropout helps where the text is small.</summary>
public sealed record RegularizationSettings
{
    /// <summary><c>dropout</c>: share of the elements of each residual branch that is dropped in training.</summary>
    public double Dropout { get; init; }

    /// <summary><c>z_loss</c>: weight of the mean squared log-sum-exp of the logits.</summary>
    public double ZLoss { get; init; }

    internal static RegularizationSettings Read(ConfigurationSection section) => section.Done(new RegularizationSettings
    {
        Dropout = section.Number("dropout", 0, NumberRange.BelowOne),
        ZLoss = section.Number("z_loss", 0, NumberRange.NotNegative),
    });

    internal void Write(ConfigurationBuilder to) => to.Number("dropout", Dropout).Number("z_loss", ZLoss);
}
