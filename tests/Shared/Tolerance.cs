using Xunit;

namespace PlamoNative.Tests;

/// <summary>
/// When a result counts as right. <c>error(ours) &lt;= k · error(plain) + floor</c>, both against float64: "plain" is the same formula in the storage type, in the
/// plain order. Our order may differ, so it may be a little worse than plain, not several times: k = 2 for a forward, 3 for a backward pass.
/// </summary>
/// <remarks>
/// The floor is what no computation in the type can avoid: results are rounded once (half an ulp: 2^-24 relative in float32, 2^-53 in float64) and so is
/// the last operation before (a product, a division), whose error a lucky plain result may not show. Normalised MSE: (2 · 2^-24)²; largest error: 4 · 2^-24 of the largest
/// value. In float64 the reference itself errs like that, hence twice the floor.
/// </remarks>
public static class Tolerance
{
    /// <summary>k of a forward pass.</summary>
    public const double Forward = 2;

    /// <summary>k of a backward pass.</summary>
    public const double Backward = 3;

    private const double HalfUlpOfSingle = 1.0 / (1 << 24);
    private const double HalfUlpOfDouble = 1.0 / (1L << 53);

    /// <summary>‖actual - reference‖² / ‖reference‖², and the largest difference. A NaN where the reference has none makes both infinite.</summary>
    public static (double NormalizedMse, double MaxAbs) Error(ReadOnlySpan<double> reference, ReadOnlySpan<double> actual)
    {
        Assert.Equal(reference.Length, actual.Length);
        var (square, total, largest) = (0.0, 0.0, 0.0);
        for (var i = 0; i < reference.Length; i++)
        {
            if (actual[i].Equals(reference[i]))
            {
                total += double.IsFinite(reference[i]) ? reference[i] * reference[i] : 0;
                continue;
            }

            var difference = Math.Abs(actual[i] - reference[i]);
            if (double.IsNaN(difference))
            {
                return (double.PositiveInfinity, double.PositiveInfinity);
            }

            square += difference * difference;
            total += reference[i] * reference[i];
            largest = Math.Max(largest, difference);
        }

        return (square == 0 ? 0 : square / total, largest);
    }

    /// <summary>Relative error in the 2-norm.</summary>
    public static double RelativeError(ReadOnlySpan<double> reference, ReadOnlySpan<double> actual) => Math.Sqrt(Error(reference, actual).NormalizedMse);

    /// <summary>Asserts the rule for a float32 result.</summary>
    public static void AssertSingle(string name, ReadOnlySpan<double> reference, ReadOnlySpan<double> plain, ReadOnlySpan<double> ours, double factor = Forward) =>
        AssertError(name, Error(reference, ours), Error(reference, plain), Largest(reference), HalfUlpOfSingle, factor);

    /// <summary>Asserts that a float64 result is the reference up to roundings of both, <paramref name="terms"/> of them in a sum.</summary>
    public static void AssertDouble(string name, ReadOnlySpan<double> reference, ReadOnlySpan<double> ours, int terms = 1) =>
        AssertError(name, Error(reference, ours), (0, 0), Largest(reference), 2 * HalfUlpOfDouble * (1 + terms), Forward);

    private static void AssertError(
        string name, (double NormalizedMse, double MaxAbs) ours, (double NormalizedMse, double MaxAbs) plain, double largest, double halfUlp, double factor)
    {
        // The factor applies to errors; a mean square carries it twice.
        var mseBound = (factor * factor * plain.NormalizedMse) + (4 * halfUlp * halfUlp);
        var maxBound = (factor * plain.MaxAbs) + (4 * halfUlp * largest);
        Assert.True(ours.NormalizedMse <= mseBound, $"{name}: NMSE {ours.NormalizedMse:E2}, plain {plain.NormalizedMse:E2}, bound {mseBound:E2}");
        Assert.True(ours.MaxAbs <= maxBound, $"{name}: largest error {ours.MaxAbs:E2}, plain {plain.MaxAbs:E2}, bound {maxBound:E2}");
    }

    private static double Largest(ReadOnlySpan<double> values)
    {
        var largest = 0.0;
        foreach (var value in values)
        {
            largest = double.IsFinite(value) ? Math.Max(largest, Math.Abs(value)) : largest;
        }

        return largest;
    }
}
