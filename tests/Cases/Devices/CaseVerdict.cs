namespace PlamoNative.Tests.Cases.Devices;

/// <summary>One output of a case.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Values">Its elements in order.</param>
public sealed record CaseOutput(string Name, double[] Values);

/// <summary>
/// How a device's results compare. Against float64, the device's error may be <see cref="Factor"/> times that of the processor's float32 kernel, which the unit
/// tests hold to independent references: the order of sums differs, their number of terms does not. The floor is what single roundings cost: the result's own and
/// those of a few elementary functions before it, 2^-24 each.
/// </summary>
/// <param name="Passed">Whether all outputs are within their bounds.</param>
/// <param name="WorstRatio">The largest of the ratios of an error to its bound.</param>
/// <param name="Detail">The output with that ratio, in words.</param>
public sealed record CaseVerdict(bool Passed, double WorstRatio, string Detail)
{
    private const double Factor = 4;
    private const double Unit = 1.0 / (1 << 24);
    private const double MeanFloor = 4 * Unit;
    private const double LargestFloor = 16 * Unit;

    internal static CaseVerdict Of(IReadOnlyList<CaseOutput> reference, IReadOnlyList<CaseOutput> single, IReadOnlyList<CaseOutput> device)
    {
        if (reference.Count == 0 || single.Count != reference.Count || device.Count != reference.Count)
        {
            return new CaseVerdict(false, double.PositiveInfinity, $"{reference.Count}, {single.Count} and {device.Count} outputs were kept: expected as many of each, at least one");
        }

        var worst = new CaseVerdict(true, 0, "no output");
        for (var i = 0; i < reference.Count; i++)
        {
            var verdict = Compare(reference[i], single[i], device[i]);
            if (verdict.WorstRatio > worst.WorstRatio || !(verdict.WorstRatio <= double.MaxValue) || i == 0)
            {
                worst = verdict with { Passed = worst.Passed && verdict.Passed };
            }
            else
            {
                worst = worst with { Passed = worst.Passed && verdict.Passed };
            }
        }

        return worst;
    }

    private static CaseVerdict Compare(CaseOutput reference, CaseOutput single, CaseOutput device)
    {
        if (device.Values.Length != reference.Values.Length)
        {
            return new CaseVerdict(false, double.PositiveInfinity, $"{device.Name}: {device.Values.Length} elements, not {reference.Values.Length}");
        }

        var (size, largest) = Size(reference.Values);
        var (plainMean, plainMost, _) = Errors(reference.Values, single.Values);
        if (!double.IsFinite(plainMean))
        {
            return new CaseVerdict(false, double.PositiveInfinity, $"{reference.Name}: the processor's float32 result is not finite where float64 is: the case judges nothing");
        }

        var (mean, most, where) = Errors(reference.Values, device.Values);
        var meanBound = (Factor * plainMean) + (MeanFloor * size);
        var mostBound = (Factor * plainMost) + (LargestFloor * largest);
        var ratio = Math.Max(Ratio(mean, meanBound), Ratio(most, mostBound));
        var text = FormattableString.Invariant(
            $"{device.Name}: rms error {mean:E2} (bound {meanBound:E2}), largest {most:E2} (bound {mostBound:E2}) at {where}: {At(device.Values, where):G9} for {At(reference.Values, where):G9}");
        return new CaseVerdict(ratio <= 1, ratio, text);
    }

    private static double Ratio(double error, double bound) => error == 0 ? 0 : error / bound;

    private static double At(double[] values, int index) => index < values.Length ? values[index] : double.NaN;

    private static (double Rms, double Largest) Size(double[] values)
    {
        var (sum, largest) = (0.0, 0.0);
        foreach (var value in values)
        {
            if (double.IsFinite(value))
            {
                sum += value * value;
                largest = Math.Max(largest, Math.Abs(value));
            }
        }

        return (values.Length == 0 ? 0 : Math.Sqrt(sum / values.Length), largest);
    }

    private static (double Rms, double Largest, int Where) Errors(double[] reference, double[] values)
    {
        var (sum, largest, where) = (0.0, 0.0, 0);
        for (var i = 0; i < reference.Length; i++)
        {
            if (values[i].Equals(reference[i]))
            {
                continue;
            }

            var difference = Math.Abs(values[i] - reference[i]);
            if (double.IsNaN(difference))
            {
                return (double.PositiveInfinity, double.PositiveInfinity, i);
            }

            sum += difference * difference;
            if (difference > largest)
            {
                (largest, where) = (difference, i);
            }
        }

        return (reference.Length == 0 ? 0 : Math.Sqrt(sum / reference.Length), largest, where);
    }
}
