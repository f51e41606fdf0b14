namespace PlamoNative.Tests.References;

/// <summary>The selective scan by its recurrence, token by token, in float64.</summary>
public sealed class SelectiveScanReference
{
    /// <summary>H.</summary>
    public required int Heads { get; init; }

    /// <summary>P.</summary>
    public required int HeadSize { get; init; }

    /// <summary>N.</summary>
    public required int StateSize { get; init; }

    /// <summary>[T, H, P].</summary>
    public required double[] X { get; init; }

    /// <summary>[T, H, P].</summary>
    public required double[] Z { get; init; }

    /// <summary>[T, H].</summary>
    public required double[] Dt { get; init; }

    /// <summary>[H].</summary>
    public required double[] DtBias { get; init; }

    /// <summary>[H].</summary>
    public required double[] ALog { get; init; }

    /// <summary>[T, N].</summary>
    public required double[] B { get; init; }

    /// <summary>[T, N].</summary>
    public required double[] C { get; init; }

    /// <summary>[H].</summary>
    public required double[] D { get; init; }

    /// <summary>Output [T, H, P]; <paramref name="states"/> holds one [H, P, N] for each sequence and is advanced.</summary>
    public double[] Forward(ReadOnlySpan<int> offsets, double[][] states)
    {
        var output = new double[X.Length];
        for (var s = 0; s + 1 < offsets.Length; s++)
        {
            for (var t = offsets[s]; t < offsets[s + 1]; t++)
            {
                for (var head = 0; head < Heads; head++)
                {
                    var delta = Softplus(Dt[(t * Heads) + head] + DtBias[head]);
                    var decay = Math.Exp(-delta * Math.Exp(ALog[head]));
                    for (var p = 0; p < HeadSize; p++)
                    {
                        var at = (((t * Heads) + head) * HeadSize) + p;
                        var row = states[s].AsSpan(((head * HeadSize) + p) * StateSize, StateSize);
                        var y = D[head] * X[at];
                        for (var n = 0; n < StateSize; n++)
                        {
                            row[n] = (decay * row[n]) + (delta * X[at] * B[(t * StateSize) + n]);
                            y += row[n] * C[(t * StateSize) + n];
                        }

                        output[at] = y * Z[at] / (1 + Math.Exp(-Z[at]));
                    }
                }
            }
        }

        return output;
    }

    // ln(1 + e^x) by its series where 1 + e^x would lose e^x.
    private static double Softplus(double x) => Math.Max(x, 0) + (Math.Exp(-Math.Abs(x)) is var u && u > 1e-5 ? Math.Log(1 + u) : u - (u * u / 2) + (u * u * u / 3));
}
