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

    /// <summary>
    /// Gradients by the recurrence's adjoint, all states kept: x, z, dt, dtBias, aLog, B, C, D in this order, then the initial states' [sequences, H, P, N].
    /// </summary>
    /// <param name="offsets">Borders.</param>
    /// <param name="initial">A state for each sequence.</param>
    /// <param name="gradient">Of the output, [T, H, P].</param>
    /// <param name="finalGradients">Of the final states, [sequences, H, P, N].</param>
    public double[][] Backward(ReadOnlySpan<int> offsets, double[][] initial, double[] gradient, double[] finalGradients)
    {
        var (dx, dz, dDt, dBias, dALog) = (new double[X.Length], new double[Z.Length], new double[Dt.Length], new double[Heads], new double[Heads]);
        var (db, dc, dd, dInitial) = (new double[B.Length], new double[C.Length], new double[Heads], new double[finalGradients.Length]);
        for (var s = 0; s + 1 < offsets.Length; s++)
        {
            var length = offsets[s + 1] - offsets[s];
            for (var row = 0; row < Heads * HeadSize; row++)
            {
                // The state of one channel: one row of N, a vector for each token.
                var (head, states) = (row / HeadSize, new double[length + 1][]);
                states[0] = initial[s].AsSpan(row * StateSize, StateSize).ToArray();
                for (var i = 0; i < length; i++)
                {
                    var t = offsets[s] + i;
                    var (delta, decay) = StepOf(t, head);
                    states[i + 1] = new double[StateSize];
                    for (var n = 0; n < StateSize; n++)
                    {
                        states[i + 1][n] = (decay * states[i][n]) + (delta * X[(t * Heads * HeadSize) + row] * B[(t * StateSize) + n]);
                    }
                }

                var state = finalGradients.AsSpan(((s * Heads * HeadSize) + row) * StateSize, StateSize).ToArray();
                for (var i = length - 1; i >= 0; i--)
                {
                    var t = offsets[s] + i;
                    var (at, (delta, decay)) = ((t * Heads * HeadSize) + row, StepOf(t, head));
                    var sigmoid = 1 / (1 + Math.Exp(-Z[at]));
                    var (y, slope, inner, dDecay) = (D[head] * X[at], gradient[at] * Z[at] * sigmoid, 0.0, 0.0);
                    for (var n = 0; n < StateSize; n++)
                    {
                        y += states[i + 1][n] * C[(t * StateSize) + n];
                        dc[(t * StateSize) + n] += states[i + 1][n] * slope;
                        state[n] += slope * C[(t * StateSize) + n];
                        inner += state[n] * B[(t * StateSize) + n];
                        db[(t * StateSize) + n] += state[n] * delta * X[at];
                        dDecay += state[n] * states[i][n];
                        state[n] *= decay;
                    }

                    dz[at] = gradient[at] * y * (sigmoid + (Z[at] * sigmoid * (1 - sigmoid)));
                    dx[at] = (delta * inner) + (slope * D[head]);
                    dd[head] += slope * X[at];
                    var a = -Math.Exp(ALog[head]);
                    var dDelta = (inner * X[at]) + (dDecay * decay * a);
                    dALog[head] += dDecay * decay * delta * a;
                    var dInput = dDelta / (1 + Math.Exp(-Dt[(t * Heads) + head] - DtBias[head]));
                    dDt[(t * Heads) + head] += dInput;
                    dBias[head] += dInput;
                }

                state.CopyTo(dInitial, ((s * Heads * HeadSize) + row) * StateSize);
            }
        }

        return [dx, dz, dDt, dBias, dALog, db, dc, dd, dInitial];
    }

    private (double Delta, double Decay) StepOf(int t, int head)
    {
        var delta = Softplus(Dt[(t * Heads) + head] + DtBias[head]);
        return (delta, Math.Exp(-delta * Math.Exp(ALog[head])));
    }

    // ln(1 + e^x) by its series where 1 + e^x would lose e^x.
    private static double Softplus(double x) => Math.Max(x, 0) + (Math.Exp(-Math.Abs(x)) is var u && u > 1e-5 ? Math.Log(1 + u) : u - (u * u / 2) + (u * u * u / 3));
}
