namespace PlamoNative.Bench;

/// <summary>Something that is timed.</summary>
/// <param name="Name">What a table calls it.</param>
/// <param name="Work">FLOP or bytes of one run, whatever the limit it is judged by counts.</param>
/// <param name="Items">What the reported value counts in one run: tokens, characters, GFLOP, GB.</param>
/// <param name="Run">One run. It allocates nothing that matters and returns when the work is done.</param>
internal sealed record Contender(string Name, double Work, double Items, Action Run)
{
    /// <summary>A matmul-like contender: the value is GFLOP/s.</summary>
    public static Contender Flops(string name, double flops, Action run) => new(name, flops, flops * 1e-9, run);

    /// <summary>A memory-bound contender: the value is GB/s.</summary>
    public static Contender Bytes(string name, double bytes, Action run) => new(name, bytes, bytes * 1e-9, run);
}
