using System.Globalization;

namespace PlamoNative.Training.Configuration;

/// <summary>The numbers that a key takes: all of them finite.</summary>
/// <param name="Minimum">The least.</param>
/// <param name="IncludesMinimum">Whether the least is one of them.</param>
/// <param name="Maximum">The largest; infinity where there is none.</param>
/// <param name="IncludesMaximum">Whether the largest is one of them.</param>
internal readonly record struct NumberRange(double Minimum, bool IncludesMinimum, double Maximum, bool IncludesMaximum)
{
    /// <summary>Above 0.</summary>
    internal static NumberRange Positive => new(0, false, double.PositiveInfinity, false);

    /// <summary>0 or more.</summary>
    internal static NumberRange NotNegative => new(0, true, double.PositiveInfinity, false);

    /// <summary>From 0 to 1.</summary>
    internal static NumberRange Share => new(0, true, 1, true);

    /// <summary>Above 0, up to 1.</summary>
    internal static NumberRange PositiveShare => new(0, false, 1, true);

    /// <summary>From 0 to below 1.</summary>
    internal static NumberRange BelowOne => new(0, true, 1, false);

    internal bool Contains(double value) =>
        double.IsFinite(value) && (IncludesMinimum ? value >= Minimum : value > Minimum) && (IncludesMaximum ? value <= Maximum : value < Maximum);

    /// <summary>The range in words, for a message's "expected".</summary>
    public override string ToString()
    {
        var from = string.Create(CultureInfo.InvariantCulture, $"{(IncludesMinimum ? "of at least" : "above")} {Minimum}");
        return double.IsInfinity(Maximum)
            ? $"a number {from}"
            : string.Create(CultureInfo.InvariantCulture, $"a number {from} and {(IncludesMaximum ? "at most" : "below")} {Maximum}");
    }
}
