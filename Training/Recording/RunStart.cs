namespace PlamoNative.Training.Recording;

/// <summary>How a process starts a run or goes on with it.</summary>
public sealed record RunStart
{
    /// <summary>The step that the run goes on from; null when it begins.</summary>
    public long? ResumedFrom { get; init; }

    /// <summary>Threads of the kernels.</summary>
    public int ThreadCount { get; init; }

    /// <summary>The random seeds by their names in the configuration.</summary>
    public IReadOnlyDictionary<string, long> Seeds { get; init; } = new Dictionary<string, long>();

    /// <summary>What model FLOP utilisation is a share of: FLOP/s of this machine's f32 matrix products. 0: unknown, no utilisation is recorded.</summary>
    public double PeakFlopsPerSecond { get; init; }

    /// <summary>Whether <c>metrics.csv</c> is written beside <c>metrics.jsonl</c>, which always is: resuming and plots need it.</summary>
    public bool WritesTable { get; init; } = true;

    /// <summary>Whether TensorBoard's event file is written.</summary>
    public bool WritesEvents { get; init; } = true;

    /// <summary>The clock of the records.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
