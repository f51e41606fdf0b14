namespace PlamoNative.Bench;

/// <summary>One measured line. Names are those of the JSON answer.</summary>
internal sealed record BenchResult
{
    /// <summary>What was measured.</summary>
    public required string Name { get; init; }

    /// <summary>The shape in words.</summary>
    public required string Shape { get; init; }

    /// <summary>Storage and mode.</summary>
    public required string DType { get; init; }

    /// <summary>Threads of all contenders.</summary>
    public required int Threads { get; init; }

    /// <summary>Median time of one run, in milliseconds.</summary>
    public required double MedianMilliseconds { get; init; }

    /// <summary>Distance between the quartiles of the rounds' times, as a share of the median.</summary>
    public required double Spread { get; init; }

    /// <summary>Median rate in <see cref="Unit"/>.</summary>
    public required double Value { get; init; }

    /// <summary>GFLOP/s, GB/s, tokens/s, ...</summary>
    public required string Unit { get; init; }

    /// <summary>Name of the baseline, or null.</summary>
    public string? Baseline { get; init; }

    /// <summary>Median rate of the baseline in <see cref="Unit"/>.</summary>
    public double? BaselineValue { get; init; }

    /// <summary>Median of the rounds' ratios, candidate over baseline: above 1 we are faster.</summary>
    public double? Ratio { get; init; }

    /// <summary>Name of the limit, or null.</summary>
    public string? Limit { get; init; }

    /// <summary>Median of the limit, GFLOP/s or GB/s.</summary>
    public double? LimitValue { get; init; }

    /// <summary>Median of the rounds' shares of the limit, in per cent.</summary>
    public double? PercentOfLimit { get; init; }

    /// <summary>What the project wants here.</summary>
    public string? Target { get; init; }

    /// <summary>Rounds measured.</summary>
    public required int Rounds { get; init; }

    /// <summary>What a reader must know about this line, warnings included.</summary>
    public string? Note { get; init; }

    /// <summary>Reduces the rounds of a case.</summary>
    public static BenchResult Of(BenchCase work, double[] seconds, double[] baselineSeconds, double[] limits)
    {
        double[] Rounds(Func<int, double> value) => [.. Enumerable.Range(0, seconds.Length).Select(value)];
        var spread = Statistics.Spread(seconds);
        var warning = spread > 0.1 ? "unsteady" : null;
        return new BenchResult
        {
            Name = work.Name,
            Shape = work.Shape,
            DType = work.DType,
            Threads = work.Threads,
            MedianMilliseconds = 1e3 * Statistics.Median(seconds),
            Spread = spread,
            Value = work.Candidate.Items / Statistics.Median(seconds),
            Unit = work.Unit,
            Baseline = work.Baseline?.Name,
            BaselineValue = work.Baseline is { } b ? b.Items / Statistics.Median(baselineSeconds) : null,
            Ratio = work.Baseline is { } other
                ? Statistics.Median(Rounds(r => work.Candidate.Items / seconds[r] / (other.Items / baselineSeconds[r])))
                : null,
            Limit = work.Limit?.Name,
            LimitValue = work.Limit is null ? null : 1e-9 * Statistics.Median(limits),
            PercentOfLimit = work.Limit is null
                ? null
                : 100 * Statistics.Median(Rounds(r => work.Candidate.Work / seconds[r] / (0.5 * (limits[r] + limits[r + 1])))),
            Target = work.Target,
            Rounds = seconds.Length,
            Note = string.Join("; ", new[] { work.Note, warning }.Where(text => text is not null)) is { Length: > 0 } note ? note : null,
        };
    }

    /// <summary>A line that is one figure and no race: a load time, a count of bytes.</summary>
    public static BenchResult Single(string name, string shape, string dtype, int threads, double milliseconds, double value, string unit, string? target = null, string? note = null) => new()
    {
        Name = name,
        Shape = shape,
        DType = dtype,
        Threads = threads,
        MedianMilliseconds = milliseconds,
        Spread = 0,
        Value = value,
        Unit = unit,
        Target = target,
        Rounds = 1,
        Note = note,
    };
}
