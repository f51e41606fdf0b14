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
