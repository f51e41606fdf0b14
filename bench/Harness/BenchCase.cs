namespace PlamoNative.Bench;

/// <summary>One line of a table before it is measured.</summary>
internal sealed record BenchCase
{
    /// <summary>Name that <c>--filter</c> looks into: "matmul-2048".</summary>
    public required string Name { get; init; }

    /// <summary>The shape in words: "512 x 2048 x 8192".</summary>
    public required string Shape { get; init; }

    /// <summary>Storage of the weights and, where it matters, the way activations meet them.</summary>
    public required string DType { get; init; }

    /// <summary>Threads of the candidate, of its baseline and of the limit.</summary>
    public required int Threads { get; init; }

    /// <summary>Unit of the value, a rate: <see cref="Contender.Items"/> a second.</summary>
    public required string Unit { get; init; }

    /// <summary>Ours.</summary>
    public required Contender Candidate { get; init; }

    /// <summary>What it is compared with in the same rounds, if anything.</summary>
    public Contender? Baseline { get; init; }

    /// <summary>The ceiling that it is judged by, if there is one.</summary>
    public Limit? Limit { get; init; }

    /// <summary>Share of the limit, or ratio to the baseline, that the project wants: printed, never asserted.</summary>
    public string? Target { get; init; }

    /// <summary>A pause before each measurement, for contenders whose threads keep spinning after their work is done and would slow the next one down.</summary>
    public int SettleMilliseconds { get; init; }

    /// <summary>A cap on the rounds of cases that run for seconds.</summary>
    public int MaxRounds { get; init; } = int.MaxValue;

    /// <summary>What a reader must know about this line.</summary>
    public string? Note { get; init; }
}
