namespace PlamoNative.Bench;

/// <summary>A ceiling that is measured in turns with what it judges.</summary>
/// <param name="Name">What a table calls it: "FMA peak", "read sweep", "f32 matmul 2048".</param>
/// <param name="MeasureRate">Takes some 60 ms and answers FLOP/s or B/s, in the unit of <see cref="Contender.Work"/>.</param>
internal sealed record Limit(string Name, Func<double> MeasureRate);
