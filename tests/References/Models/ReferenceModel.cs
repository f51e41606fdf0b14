namespace PlamoNative.Tests.References;

/// <summary>
/// The whole PLaMo 2 forward pass in float64, written from its formulas with plain loops over one sequence at a time: no kernel, no tensor, no cache, no
/// chunk. Slow and obvious.
/// </summary>
/// <param name="shape">Sizes.</param>
/// <param name="weight">Gives a tensor's values by its name in a Hugging Face folder, row-major.</param>
public sealed class ReferenceModel(ReferenceShape shape, Func<string, double[]> weight)
{
    private const double QkEpsilon = 1e-6;

    /// <summary>Logits [T][V] of one sequence.</summary>
    public double[][] Forward(ReadOnlySpan<int> tokens)
    {
        var embedding = weight("model.embed_tokens.weight");
        var x = new double[tokens.Length][];
        for (var t = 0; t < x.Length; t++)
        {
            x[t] = embedding.AsSpan(tokens[t] * shape.Hidden, shape.Hidden).ToArray();
        }

        for (var layer = 0; layer < shape.IsAttention.Length; layer++)
        {
            var p = $"model.layers.layers.{layer}.";
            var normed = Each(x, row => Norm(row, weight(p + "pre_mixer_norm.weight"), 1, shape.Epsilon));
            var mixed = shape.IsAttention[layer] ? Attention(normed, p + "mixer.", layer) : Mamba(normed, p + "mixer.");
            AddTo(x, Each(mixed, row => Norm(row, weight(p + "post_mixer_norm.weight"), 0.2, shape.Epsilon)));
            normed = Each(x, row => Norm(row, weight(p + "pre_mlp_norm.weight"), 1, shape.Epsilon));
            AddTo(x, Each(normed, row => Norm(Mlp(row, p + "mlp."), weight(p + "post_mlp_norm.weight"), Math.Pow(5, -1.5), shape.Epsilon)));
        }

        var head = shape.Tied ? embedding : weight("lm_head.weight");
        return Each(x, row => Linear(Norm(row, weight("model.norm.weight"), 1, shape.Epsilon), head, shape.V));
    }

    private double[] Mlp(double[] x, string p)
    {
        var both = Linear(x, weight(p + "gate_up_proj.weight"), 2 * shape.F);
        var gated = new double[shape.F];
        for (var i = 0; i < shape.F; i++)
        {
            gated[i] = SiLU(both[i]) * both[shape.F + i];
        }

        return Linear(gated, weight(p + "down_proj.weight"), shape.Hidden);
    }

    private double[][] Attention(double[][] x, string p, int layer)
    {
        var (hq, hkv, width) = (shape.Hq, shape.Hkv, shape.P);
        var qkv = Each(x, row => Linear(row, weight(p + "qkv_proj.weight"), (hq + (2 * hkv)) * width));
        var output = new double[x.Length][];
        for (var i = 0; i < x.Length; i++)
        {
            var heads = new double[hq * width];
            for (var head = 0; head < hq; head++)
            {
                var group = head * hkv / hq;
                var query = Rotate(QkNorm(qkv[i], head, p + "q_weight", head), i, shape.Theta[layer]);
                var scores = new List<(double Score, int Key)>();
                for (var j = 0; j <= i; j++)
                {
                    if (shape.Window[layer] is { } window && i - j > window)
                    {
                        continue;
                    }

                    var key = Rotate(QkNorm(qkv[j], hq + group, p + "k_weight", group), j, shape.Theta[layer]);
                    scores.Add((Dot(query, key) / Math.Sqrt(width), j));
                }

                var largest = scores.Max(static s => s.Score);
                var sum = scores.Sum(s => Math.Exp(s.Score - largest));
                foreach (var (score, j) in scores)
                {
                    for (var c = 0; c < width; c++)
                    {
                        heads[(head * width) + c] += Math.Exp(score - largest) / sum * qkv[j][((hq + hkv + group) * width) + c];
                    }
                }
            }

            output[i] = Linear(heads, weight(p + "o_proj.weight"), shape.Hidden);
        }

        return output;
    }

    private double[] QkNorm(double[] qkv, int slot, string name, int head)
    {
        var row = qkv.AsSpan(slot * shape.P, shape.P).ToArray();
        return Norm(row, weight(name).AsSpan(head * shape.P, shape.P).ToArray(), 0, QkEpsilon);
    }

    private double[][] Mamba(double[][] x, string p)
    {
        var (heads, width, n, r, taps) = (shape.H, shape.P, shape.N, shape.R, shape.K);
        var inner = heads * width;
        var joint = Each(x, row => Linear(row, weight(p + "in_proj.weight"), 2 * inner));
        var conv = weight(p + "conv1d.weight");
        var state = new double[inner, n];
        var output = new double[x.Length][];
        for (var t = 0; t < x.Length; t++)
        {
            var u = new double[inner];
            for (var channel = 0; channel < inner; channel++)
            {
                var sum = 0.0;
                for (var k = 0; k < taps; k++)
                {
                    var from = t - taps + 1 + k;
                    sum += from < 0 ? 0 : conv[(channel * taps) + k] * joint[from][JointIndex(channel, isGate: false)];
                }

                u[channel] = SiLU(sum);
            }

            var selected = Linear(u, weight(p + "bcdt_proj.weight"), (2 * n) + r);
            var b = Norm(selected[..n], weight(p + "B_norm_weight"), 0, shape.Epsilon);
            var c = Norm(selected[n..(2 * n)], weight(p + "C_norm_weight"), 0, shape.Epsilon);
            var rank = Norm(selected[(2 * n)..], weight(p + "dt_norm_weight"), 0, shape.Epsilon);
            var dt = Linear(rank, weight(p + "dt_proj.weight"), heads);
            var y = new double[inner];
            for (var channel = 0; channel < inner; channel++)
            {
                var head = channel / width;
                var step = Softplus(dt[head] + weight(p + "dt_bias")[head]);
                var decay = Math.Exp(-step * Math.Exp(weight(p + "A_log")[head]));
                for (var i = 0; i < n; i++)
                {
                    state[channel, i] = (decay * state[channel, i]) + (step * u[channel] * b[i]);
                    y[channel] += state[channel, i] * c[i];
                }

                y[channel] += weight(p + "D")[head] * u[channel];
                y[channel] *= SiLU(joint[t][JointIndex(channel, isGate: true)]);
            }

            output[t] = Linear(y, weight(p + "out_proj.weight"), shape.Hidden);
        }

        return output;
    }

    /// <summary>Head by head, the joint projection holds P channels of gate and P of x.</summary>
    private int JointIndex(int channel, bool isGate) => (channel / shape.P * 2 * shape.P) + (isGate ? 0 : shape.P) + (channel % shape.P);

    private static double[] Rotate(double[] x, long position, double theta)
    {
        var half = x.Length / 2;
        var y = new double[x.Length];
        for (var i = 0; i < half; i++)
        {
            var angle = position * Math.Pow(theta, -2.0 * i / x.Length);
            y[i] = (x[i] * Math.Cos(angle)) - (x[i + half] * Math.Sin(angle));
            y[i + half] = (x[i + half] * Math.Cos(angle)) + (x[i] * Math.Sin(angle));
        }

        return y;
    }

    private static double[] Norm(double[] x, double[] factors, double offset, double epsilon)
    {
        var scale = 1 / Math.Sqrt(x.Average(static v => v * v) + epsilon);
        return [.. x.Select((v, i) => v * scale * (factors[i] + offset))];
    }

    private static double[] Linear(double[] x, double[] matrix, int rows)
    {
        var y = new double[rows];
        for (var o = 0; o < rows; o++)
        {
            for (var i = 0; i < x.Length; i++)
            {
                y[o] += x[i] * matrix[(o * x.Length) + i];
            }
        }

        return y;
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, static (left, right) => left * right).Sum();

    private static double SiLU(double x) => x / (1 + Math.Exp(-x));

    private static double Softplus(double x) => x > 30 ? x : Math.Log(1 + Math.Exp(x));

    private static double[][] Each(double[][] rows, Func<double[], double[]> f) => [.. rows.Select(f)];

    private static void AddTo(double[][] x, double[][] branch)
    {
        for (var t = 0; t < x.Length; t++)
        {
            for (var i = 0; i < x[t].Length; i++)
            {
                x[t][i] += branch[t][i];
            }
        }
    }
}
