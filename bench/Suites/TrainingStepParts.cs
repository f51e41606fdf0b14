using PlamoNative.Engine;
using PlamoNative.Kernels;
using PlamoNative.Runtime.Models;

namespace PlamoNative.Bench;

/// <summary>The kernels of one training step on 8 sequences of 512 tokens: half of the layers Mamba, half window attention.</summary>
internal sealed unsafe class TrainingStepParts(CpuDevice device, Plamo2Configuration c)
{
    /// <summary>Tokens of a step.</summary>
    public const int Tokens = 8 * Length;

    private const int Length = 512;
    private const int Chunk = 256;

    private readonly SequenceOffsets _offsets = new(Enumerable.Range(0, (Tokens / Length) + 1).Select(s => s * Length).ToArray());

    private int Half => c.LayerCount / 2;

    /// <summary>All parts.</summary>
    public IEnumerable<TrainingPart> All()
    {
        var (hidden, inner, layers) = (c.HiddenSize, c.InnerSize, c.LayerCount);
        TrainingPart[] parts =
        [
            Head(),
            .. Linear("in", Half, hidden, 2 * inner), .. Linear("bcdt", Half, inner, (2 * c.StateSize) + c.TimeStepRank),
            .. Linear("dt", Half, c.TimeStepRank, c.SsmHeads), .. Linear("out", Half, inner, hidden),
            .. Linear("qkv", Half, hidden, c.QkvFeatures), .. Linear("o", Half, c.QueryHeads * c.HeadSize, hidden),
            .. Linear("gate-up", layers, hidden, 2 * c.IntermediateSize), .. Linear("down", layers, c.IntermediateSize, hidden),
            .. Scan(), .. Attention(), .. Convolution(),
            .. Norm("norm", (4 * layers) + 1, new Shape(Tokens, hidden), new Shape(hidden)),
            .. Norm("norm of B, C", 2 * Half, new Shape(Tokens, c.StateSize), new Shape(c.StateSize)),
            .. Norm("norm of dt", Half, new Shape(Tokens, c.TimeStepRank), new Shape(c.TimeStepRank)),
            .. Norm("norm of q", Half, new Shape(Tokens, c.QueryHeads, c.HeadSize), new Shape(c.QueryHeads, c.HeadSize)),
            .. Norm("norm of k", Half, new Shape(Tokens, c.KeyValueHeads, c.HeadSize), new Shape(c.KeyValueHeads, c.HeadSize)),
            .. Rotary("rope of q", c.QueryHeads), .. Rotary("rope of k", c.KeyValueHeads),
            .. SwiGlus(), .. Sums(), .. Embedding(), .. Optimizer(),
        ];
        return parts;
    }

    private TrainingPart Head() => new("head and loss", $"{Tokens} x {c.HiddenSize} x {c.VocabSize}", 1, 6.0 * Tokens * c.HiddenSize * c.VocabSize, owned =>
    {
        var (x, dx) = (Random(owned, Tokens, c.HiddenSize), Random(owned, Tokens, c.HiddenSize));
        var (w, dw) = (Random(owned, c.VocabSize, c.HiddenSize), Random(owned, c.VocabSize, c.HiddenSize));
        int[] targets = [.. Enumerable.Range(0, Tokens).Select(t => (int)(t * 7919L % c.VocabSize))];
        return () => LinearCrossEntropy.ForwardBackward(x, w, targets, Tokens, 1e-4, 1, null, null, dx, dw);
    });

    private TrainingPart[] Linear(string name, int count, int inputs, int outputs)
    {
        var (shape, flops) = ($"{Tokens} x {inputs} x {outputs}", 2.0 * Tokens * inputs * outputs);
        return
        [
            new($"{name}: Y", shape, count, flops, owned =>
            {
                var (x, w, y) = (Random(owned, Tokens, inputs), Random(owned, outputs, inputs), Random(owned, Tokens, outputs));
                return () => Gemm.Linear(F(x), inputs, Tokens, inputs, w.Pointer, DType.Float32, outputs, F(y), outputs, accumulate: false, device.Workers);
            }),
            new($"{name}: dX", shape, count, flops, owned =>
            {
                var (dx, w, dy) = (Random(owned, Tokens, inputs), Random(owned, outputs, inputs), Random(owned, Tokens, outputs));
                return () => Gemm.Multiply(
                    false, false, Tokens, inputs, outputs, F(dy), outputs, F(w), inputs, F(dx), inputs, accumulate: false, device.Workers);
            }),
            new($"{name}: dW", shape, count, flops, owned =>
            {
                var (x, dw, dy) = (Random(owned, Tokens, inputs), Random(owned, outputs, inputs), Random(owned, Tokens, outputs));
                return () => Gemm.Multiply(
                    true, false, outputs, inputs, Tokens, F(dy), outputs, F(x), inputs, F(dw), inputs, accumulate: true, device.Workers);
            }),
        ];
    }

    private IEnumerable<TrainingPart> Scan()
    {
        var (heads, states) = (c.SsmHeads, c.StateSize);
        var (shape, flops) = ($"{Tokens}, {heads} heads of {c.HeadSize}, {states} states", 4.0 * Tokens * heads * c.HeadSize * states);
        yield return new("scan", shape, Half, flops, owned =>
        {
            var i = Inputs(owned);
            var y = Random(owned, Tokens, heads, c.HeadSize);
            return () => SelectiveScan.Forward(i[0], i[1], i[2], i[3], i[4], i[5], i[6], i[7], _offsets, Chunk, [], y);
        });
        yield return new("scan: backward", shape, Half, 2 * flops, owned =>
        {
            var (i, g) = (Inputs(owned), Inputs(owned));
            var dy = Random(owned, Tokens, heads, c.HeadSize);
            var gradients = new SelectiveScanGradients { X = g[0], Z = g[1], Dt = g[2], DtBias = g[3], ALog = g[4], B = g[5], C = g[6], D = g[7] };
            return () => SelectiveScanBackward.Run(i[0], i[1], i[2], i[3], i[4], i[5], i[6], i[7], _offsets, Chunk, null, dy, null, gradients);
        });

        Tensor[] Inputs(List<Tensor> owned) =>
        [
            Random(owned, Tokens, heads, c.HeadSize), Random(owned, Tokens, heads, c.HeadSize), Random(owned, Tokens, heads), Random(owned, heads),
            Random(owned, heads), Random(owned, Tokens, states), Random(owned, Tokens, states), Random(owned, heads),
        ];
    }

    private IEnumerable<TrainingPart> Attention()
    {
        // All of a sequence lies inside the window: token t sees t + 1 keys.
        var pairs = 0.5 * Tokens * (Length + 1);
        var (shape, flops) = ($"{Tokens}, {c.QueryHeads}/{c.KeyValueHeads} heads of {c.HeadSize}", 4.0 * c.HeadSize * c.QueryHeads * pairs);
        yield return new("attention", shape, Half, flops, owned =>
        {
            var (q, k, v, y) = (Queries(owned), Keys(owned), Keys(owned), Queries(owned));
            var log = Random(owned, Tokens, c.QueryHeads);
            return () => FlashAttention.Forward(q, k, v, _offsets, c.VisibleWindow, [], y, log);
        });
        yield return new("attention: backward", shape, Half, 2 * flops, owned =>
        {
            var (q, k, v, y) = (Queries(owned), Keys(owned), Keys(owned), Queries(owned));
            var (dq, dk, dv, dy) = (Queries(owned), Keys(owned), Keys(owned), Queries(owned));
            var log = Random(owned, Tokens, c.QueryHeads);
            FlashAttention.Forward(q, k, v, _offsets, c.VisibleWindow, [], y, log);
            return () => FlashAttentionBackward.Run(q, k, v, y, log, dy, _offsets, c.VisibleWindow, dq, dk, dv);
        });

        Tensor Queries(List<Tensor> owned) => Random(owned, Tokens, c.QueryHeads, c.HeadSize);
        Tensor Keys(List<Tensor> owned) => Random(owned, Tokens, c.KeyValueHeads, c.HeadSize);
    }

    private IEnumerable<TrainingPart> Convolution()
    {
        var shape = $"{Tokens} x {c.InnerSize}, taps {c.ConvKernelSize}";
        yield return new("convolution", shape, Half, 0, owned =>
        {
            var (x, w, y) = (Random(owned, Tokens, c.InnerSize), Random(owned, c.InnerSize, c.ConvKernelSize), Random(owned, Tokens, c.InnerSize));
            return () => CausalConv1d.Forward(x, w, _offsets, [], y);
        });
        yield return new("convolution: backward", shape, Half, 0, owned =>
        {
            var (x, w, dw) = (Random(owned, Tokens, c.InnerSize), Random(owned, c.InnerSize, c.ConvKernelSize), Random(owned, c.InnerSize, c.ConvKernelSize));
            var (dx, dy) = (Random(owned, Tokens, c.InnerSize), Random(owned, Tokens, c.InnerSize));
            return () => CausalConv1dBackward.Run(x, w, _offsets, dy, dx, dw);
        });
    }

    private IEnumerable<TrainingPart> Norm(string name, int count, Shape shape, Shape weights)
    {
        yield return new(name, shape.ToString(), count, 0, owned =>
        {
            var (x, w, y) = (Random(owned, shape), Random(owned, weights), Random(owned, shape));
            return () => RmsNorm.Forward(x, w, 1, 1e-6, y);
        });
        yield return new($"{name}: backward", shape.ToString(), count, 0, owned =>
        {
            var (x, w, dw) = (Random(owned, shape), Random(owned, weights), Random(owned, weights));
            var (dx, dy) = (Random(owned, shape), Random(owned, shape));
            return () => RmsNormBackward.Run(x, w, 1, 1e-6, dy, dx, accumulate: false, dw);
        });
    }

    private IEnumerable<TrainingPart> Rotary(string name, int heads)
    {
        var shape = new Shape(Tokens, heads, c.HeadSize);
        long[] positions = [.. Enumerable.Range(0, Tokens).Select(t => (long)(t % Length))];
        yield return new(name, shape.ToString(), Half, 0, owned =>
        {
            var (x, y) = (Random(owned, shape), Random(owned, shape));
            return () => RotaryEmbedding.Forward(x, positions, 10000, y);
        });
        yield return new($"{name}: backward", shape.ToString(), Half, 0, owned =>
        {
            var x = Random(owned, shape);
            return () => RotaryEmbeddingBackward.Run(x, positions, 10000, x);
        });
    }

    private IEnumerable<TrainingPart> SwiGlus()
    {
        var shape = $"{Tokens} x 2 x {c.IntermediateSize}";
        yield return new("SwiGLU", shape, c.LayerCount, 0, owned =>
        {
            var (x, y) = (Random(owned, Tokens, 2 * c.IntermediateSize), Random(owned, Tokens, c.IntermediateSize));
            return () => SwiGlu.Forward(x, y);
        });
        yield return new("SwiGLU: backward", shape, c.LayerCount, 0, owned =>
        {
            var (x, dy, dx) = (Random(owned, Tokens, 2 * c.IntermediateSize), Random(owned, Tokens, c.IntermediateSize), Random(owned, Tokens, 2 * c.IntermediateSize));
            return () => SwiGluBackward.Run(x, dy, dx);
        });
    }

    private IEnumerable<TrainingPart> Sums()
    {
        yield return new("add", $"{Tokens} x {c.HiddenSize}", 2 * c.LayerCount, 0, owned =>
        {
            var (x, y, z) = (Random(owned, Tokens, c.HiddenSize), Random(owned, Tokens, c.HiddenSize), Random(owned, Tokens, c.HiddenSize));
            return () => Add.Forward(x, y, z);
        });
        yield return new("add: backward", $"{Tokens} x {c.HiddenSize}", 2 * c.LayerCount, 0, owned =>
        {
            var (x, y) = (Random(owned, Tokens, c.HiddenSize), Random(owned, Tokens, c.HiddenSize));
            return () => Pointwise.Copy(y, x, accumulate: true);
        });
    }

    private IEnumerable<TrainingPart> Embedding()
    {
        int[] tokens = [.. Enumerable.Range(0, Tokens).Select(t => (int)(t * 7919L % c.VocabSize))];
        yield return new("embedding", $"{Tokens} of {c.VocabSize} x {c.HiddenSize}", 1, 0, owned =>
        {
            var (table, y) = (Random(owned, c.VocabSize, c.HiddenSize), Random(owned, Tokens, c.HiddenSize));
            return () => GatherRows.Forward(table, tokens, y);
        });
        yield return new("embedding: backward", $"{Tokens} of {c.VocabSize} x {c.HiddenSize}", 1, 0, owned =>
        {
            var (table, dy) = (Random(owned, c.VocabSize, c.HiddenSize), Random(owned, Tokens, c.HiddenSize));
            return () => EmbeddingBackward.Run(tokens, dy, table);
        });
    }

    private IEnumerable<TrainingPart> Optimizer()
    {
        // The matrices of a pair of layers as one tensor each, the table as another; vectors are nothing beside them.
        var mlp = 3L * c.IntermediateSize;
        var mamba = (3L * c.InnerSize) + ((long)c.InnerSize * ((2 * c.StateSize) + c.TimeStepRank) / c.HiddenSize);
        var attention = c.QkvFeatures + ((long)c.QueryHeads * c.HeadSize);
        long[] sizes = [c.VocabSize, .. Enumerable.Repeat((2 * mlp) + mamba + attention, Half)];
        var shape = $"{sizes.Sum()} x {c.HiddenSize}";
        yield return new("AdamW", shape, 1, 0, owned =>
        {
            AdamWParameter[] parameters = [.. sizes.Select(rows => new AdamWParameter(
                Random(owned, rows, c.HiddenSize), Random(owned, rows, c.HiddenSize), Random(owned, rows, c.HiddenSize), Constant(owned, rows), true))];
            return () => AdamW.Step(parameters, new AdamWSettings(0.9, 0.95, 1e-8, 0.1), 1e-4, 5, 1);
        });
        yield return new("gradient norm", shape, 1, 0, owned =>
        {
            Tensor[] gradients = [.. sizes.Select(rows => Random(owned, rows, c.HiddenSize))];
            return () => GradientNorm.Of(gradients);
        });
        yield return new("zeros", shape, 1, 0, owned =>
        {
            Tensor[] gradients = [.. sizes.Select(rows => Random(owned, rows, c.HiddenSize))];
            return () => Array.ForEach(gradients, static gradient => Pointwise.Fill(gradient, 0));
        });
    }

    private Tensor Constant(List<Tensor> owned, long rows)
    {
        var tensor = Random(owned, rows, c.HiddenSize);
        tensor.AsSpan<float>().Fill(0.01f);
        return tensor;
    }

    private Tensor Random(List<Tensor> owned, Shape shape)
    {
        long[] sizes = [.. Enumerable.Range(0, shape.Rank).Select(axis => shape[axis])];
        return Random(owned, sizes);
    }

    private Tensor Random(List<Tensor> owned, params ReadOnlySpan<long> shape)
    {
        var tensor = TestTensors.Random(device, 1, shape);
        owned.Add(tensor);
        return tensor;
    }

    private static float* F(Tensor tensor) => (float*)tensor.Pointer;
}
