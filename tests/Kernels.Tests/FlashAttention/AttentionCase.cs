using PlamoNative.Engine;
using PlamoNative.Tests.References;

namespace PlamoNative.Kernels.Tests;

/// <summary>Inputs of one attention call, drawn from a seed, as float64 values that float32 holds exactly.</summary>
internal sealed class AttentionCase
{
    internal AttentionCase(int[] offsets, int queryHeads, int keyValueHeads, int headSize, int? window, int seed = 1, double spread = 1)
    {
        (Offsets, QueryHeads, KeyValueHeads, HeadSize, Window) = (offsets, queryHeads, keyValueHeads, headSize, window);
        var random = new Random(seed);
        Q = Draw(random, offsets[^1] * queryHeads * headSize, 2 * spread);
        K = Draw(random, offsets[^1] * keyValueHeads * headSize, 2 * spread);
        V = Draw(random, offsets[^1] * keyValueHeads * headSize, 1);
    }

    internal int[] Offsets { get; }

    internal int QueryHeads { get; }

    internal int KeyValueHeads { get; }

    internal int HeadSize { get; }

    internal int? Window { get; }

    internal double[] Q { get; init; }

    internal double[] K { get; init; }

    internal double[] V { get; init; }

    internal int Tokens => Offsets[^1];

    internal static double[] Draw(Random random, int count, double range)
    {
        var values = new double[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = (float)((random.NextDouble() - 0.5) * 2 * range);
        }

        return values;
    }

    internal (double[] Output, double[] LogSumExp) Reference() =>
        AttentionReference.Forward(Q, K, V, QueryHeads, KeyValueHeads, HeadSize, Offsets, Window);

    /// <summary>Runs the tokens <c>[first, first + count)</c> of the only sequence, or all sequences.</summary>
    internal (double[] Output, double[] LogSumExp) Run(CpuDevice device, DType dtype, KvCache[]? caches = null, int first = 0, int? count = null)
    {
        using var scope = new TensorScope(device);
        var tokens = count ?? Tokens;
        var stride = (QueryHeads + (2 * KeyValueHeads)) * HeadSize;

        // q, k and v as views of one projection's rows, as the model gives them.
        var joined = scope.Allocate(new Shape(tokens, stride), dtype);
        for (var t = 0; t < tokens; t++)
        {
            TestTensors.Fill(joined, t * stride, Q.AsSpan((first + t) * QueryHeads * HeadSize, QueryHeads * HeadSize));
            TestTensors.Fill(joined, (t * stride) + (QueryHeads * HeadSize), K.AsSpan((first + t) * KeyValueHeads * HeadSize, KeyValueHeads * HeadSize));
            TestTensors.Fill(joined, (t * stride) + ((QueryHeads + KeyValueHeads) * HeadSize), V.AsSpan((first + t) * KeyValueHeads * HeadSize, KeyValueHeads * HeadSize));
        }

        Tensor Part(int begin, int heads) => joined.Narrow(1, begin * HeadSize, heads * HeadSize).Reshape(new Shape(tokens, heads, HeadSize));
        var offsets = count is null ? new SequenceOffsets(Offsets) : new SequenceOffsets(0, tokens);
        var output = scope.Allocate(new Shape(tokens, QueryHeads, HeadSize), dtype);
        var logSumExp = scope.Allocate(new Shape(tokens, QueryHeads), dtype);
        FlashAttention.Forward(
            Part(0, QueryHeads), Part(QueryHeads, KeyValueHeads), Part(QueryHeads + KeyValueHeads, KeyValueHeads), offsets, Window, caches, output, logSumExp);
        return (TestTensors.Read(output), TestTensors.Read(logSumExp));
    }

    /// <summary>One sequence of this batch as a case of its own.</summary>
    internal AttentionCase Alone(int sequence)
    {
        var (begin, end) = (Offsets[sequence], Offsets[sequence + 1]);
        double[] Cut(double[] values, int heads) => values[(begin * heads * HeadSize)..(end * heads * HeadSize)];
        return new AttentionCase([0, end - begin], QueryHeads, KeyValueHeads, HeadSize, Window)
        {
            Q = Cut(Q, QueryHeads),
            K = Cut(K, KeyValueHeads),
            V = Cut(V, KeyValueHeads),
        };
    }

    public override string ToString() => $"[{string.Join(' ', Offsets)}] Hq {QueryHeads} Hkv {KeyValueHeads} P {HeadSize} W {Window}";
}
