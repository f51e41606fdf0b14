namespace PlamoNative.Bench;

/// <summary>
/// What PyTorch eager reached with a chunked scan and OpenBLAS on two cores, 4096 tokens a step in sequences of 512: figures that the project was given, not raced
/// against here. A rate is carried to another machine by the two machines' f32 matmuls.
/// </summary>
/// <param name="Preset">The model.</param>
/// <param name="Millions">Its parameters where PyTorch was measured, in millions.</param>
/// <param name="TokensPerSecond">At <see cref="MatmulRate"/>.</param>
/// <param name="Percent">Model FLOP/s as a share of that matmul.</param>
/// <param name="Wanted">The share that the project wants of us.</param>
internal sealed record PyTorchReference(string Preset, double Millions, double TokensPerSecond, int Percent, int Wanted)
{
    /// <summary>FLOP/s of OpenBLAS' f32 matmul where PyTorch was measured.</summary>
    public const double MatmulRate = 195e9;

    /// <summary>Peak bytes of plamo-2-mini's step, nothing recomputed.</summary>
    public const double MiniPeakBytes = 8.3e9;

    /// <summary>The small presets, large ones first.</summary>
    public static IReadOnlyList<PyTorchReference> All { get; } =
        [new("plamo-2-mini", 60.5, 370, 67, 70), new("plamo-2-tiny", 10, 1520, 52, 65), new("plamo-2-nano", 1.15, 8030, 34, 50)];
}
