namespace PlamoNative.Tests.References;

/// <summary>Causal grouped-query attention by its formula, in float64: all visible scores of a row, softmax, weighted sum.</summary>
public static class AttentionReference
{
    /// <summary>Output [T, Hq, P] and log-sum-exp [T, Hq] of q [T, Hq, P], k, v [T, Hkv, P] for sequences with the given borders.</summary>
    public static (double[] Output, double[] LogSumExp) Forward(
        double[] q, double[] k, double[] v, int queryHeads, int keyValueHeads, int headSize, ReadOnlySpan<int> offsets, int? window)
    {
        var tokens = offsets[^1];
        var output = new double[tokens * queryHeads * headSize];
        var logSumExp = new double[tokens * queryHeads];
        for (var s = 0; s + 1 < offsets.Length; s++)
        {
            for (var i = offsets[s]; i < offsets[s + 1]; i++)
            {
                for (var head = 0; head < queryHeads; head++)
                {
                    var keyHead = head * keyValueHeads / queryHeads;
                    var first = window is { } w ? Math.Max(offsets[s], i - w) : offsets[s];
                    var query = q.AsSpan(((i * queryHeads) + head) * headSize, headSize);
                    var scores = new double[i - first + 1];
                    for (var j = first; j <= i; j++)
                    {
                        scores[j - first] = Dot(query, k.AsSpan(((j * keyValueHeads) + keyHead) * headSize, headSize)) / Math.Sqrt(headSize);
                    }

                    var max = scores.Max();
                    var sum = scores.Sum(score => Math.Exp(score - max));
                    logSumExp[(i * queryHeads) + head] = max + Math.Log(sum);
                    for (var p = 0; p < headSize; p++)
                    {
                        var total = 0.0;
                        for (var j = first; j <= i; j++)
                        {
                            total += Math.Exp(scores[j - first] - max) / sum * v[(((j * keyValueHeads) + keyHead) * headSize) + p];
                        }

                        output[(((i * queryHeads) + head) * headSize) + p] = total;
                    }
                }
            }
        }

        return (output, logSumExp);
    }

    /// <summary>
    /// Gradients of q, k and v for the output's gradient: the softmax of each row, its full Jacobian <c>dS_j = P_j (dP_j - Σ_k P_k dP_k)</c>, the chain rule.
    /// </summary>
    public static (double[] Q, double[] K, double[] V) Backward(
        double[] q, double[] k, double[] v, double[] gradient, int queryHeads, int keyValueHeads, int headSize, ReadOnlySpan<int> offsets, int? window)
    {
        var (dq, dk, dv) = (new double[q.Length], new double[k.Length], new double[v.Length]);
        for (var s = 0; s + 1 < offsets.Length; s++)
        {
            for (var row = offsets[s] * queryHeads; row < offsets[s + 1] * queryHeads; row++)
            {
                var (i, head) = Math.DivRem(row, queryHeads);
                var keyHead = head * keyValueHeads / queryHeads;
                var first = window is { } w ? Math.Max(offsets[s], i - w) : offsets[s];
                int KeyAt(int j) => ((j * keyValueHeads) + keyHead) * headSize;
                var queryAt = row * headSize;
                var keys = Enumerable.Range(first, i - first + 1).ToArray();
                var scores = keys.Select(j => Dot(q.AsSpan(queryAt, headSize), k.AsSpan(KeyAt(j), headSize)) / Math.Sqrt(headSize)).ToArray();
                var max = scores.Max();
                var sum = scores.Sum(score => Math.Exp(score - max));
                var weights = scores.Select(score => Math.Exp(score - max) / sum).ToArray();
                var weightGradients = keys.Select(j => Dot(gradient.AsSpan(queryAt, headSize), v.AsSpan(KeyAt(j), headSize))).ToArray();
                var mean = Dot(weights, weightGradients);
                foreach (var j in keys)
                {
                    var weight = weights[j - first];
                    var slope = weight * (weightGradients[j - first] - mean) / Math.Sqrt(headSize);
                    for (var p = 0; p < headSize; p++)
                    {
                        dq[queryAt + p] += slope * k[KeyAt(j) + p];
                        dk[KeyAt(j) + p] += slope * q[queryAt + p];
                        dv[KeyAt(j) + p] += weight * gradient[queryAt + p];
                    }
                }
            }
        }

        return (dq, dk, dv);
    }

    private static double Dot(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        var sum = 0.0;
        for (var i = 0; i < left.Length; i++)
        {
            sum += left[i] * right[i];
        }

        return sum;
    }
}
