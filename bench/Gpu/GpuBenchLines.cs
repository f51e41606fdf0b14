using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Bench.Gpu;

/// <summary>The lines of the table: the operators of PLaMo 2 at the sizes of its 1B and 8B models, then whole steps.</summary>
internal static class GpuBenchLines
{
    internal static IEnumerable<GpuBenchLine> All(bool isQuick)
    {
        var tokens = isQuick ? 256 : 4096;
        return
        [
            Norm(tokens, 2048), Norm(tokens, 4096), Gate(tokens, 8192), Add(tokens, 4096),
            Linear(DType.Float32, tokens, 4096, 4096), Linear(DType.BFloat16, tokens, 4096, 4096), Linear(DType.Q8_0, tokens, 4096, 4096), Linear(DType.Q4_0, tokens, 4096, 4096),
            Linear(DType.BFloat16, 1, 16384, 4096), Linear(DType.Q8_0, 1, 16384, 4096), Linear(DType.Q4_0, 1, 16384, 4096),
            LinearGradients(tokens, 4096, 4096),
            Attention(tokens, 16, 4, 128, null), Attention(tokens, 16, 4, 128, Math.Min(2048, tokens / 2)), AttentionGradient(tokens, 16, 4, 128),
            Scan(tokens, 32, 128, 64), ScanGradient(tokens, 32, 128, 64), CrossEntropy(tokens / 4, 2048, 32000), AdamStep(isQuick ? 1 << 20 : 1 << 26),
            .. ModelBenchLines.All(isQuick),
        ];
    }

    private static string Text(params ReadOnlySpan<long> sizes)
    {
        var parts = new string[sizes.Length];
        for (var i = 0; i < sizes.Length; i++)
        {
            parts[i] = FormattableString.Invariant($"{sizes[i]}");
        }

        return string.Join(" x ", parts);
    }

    private static GpuBenchLine Memory(string name, string shape, double bytes, Func<CudaDevice, PreparedWork> prepare) =>
        new(name, shape, "f32", GpuBound.Memory, bytes, 0, "GB/s", prepare);

    private static GpuBenchLine Arithmetic(string name, string shape, string dtype, double flops, Func<CudaDevice, PreparedWork> prepare) =>
        new(name, shape, dtype, GpuBound.Arithmetic, flops, 0, "TFLOP/s", prepare);

    private static GpuBenchLine Norm(int tokens, int width) => Memory("rms_norm", Text(tokens, width), 8.0 * tokens * width, device =>
    {
        var sets = new Rotation<(Tensor X, Tensor W)>(device, make => (make.Tensor(DType.Float32, tokens, width), make.Tensor(DType.Float32, width)));
        var scope = new TensorScope(device);
        var operators = new DirectOperators(scope);
        return new PreparedWork(run => Scoped(scope, () => operators.RmsNorm(sets[run].X, sets[run].W, 1, 1e-6)), scope, sets);
    });

    private static GpuBenchLine Gate(int tokens, int width) => Memory("swiglu", Text(tokens, width), 12.0 * tokens * width, device =>
    {
        var sets = new Rotation<Tensor>(device, make => make.Tensor(DType.Float32, tokens, 2L * width));
        var scope = new TensorScope(device);
        var operators = new DirectOperators(scope);
        return new PreparedWork(run => Scoped(scope, () => operators.SwiGlu(sets[run])), scope, sets);
    });

    private static GpuBenchLine Add(int tokens, int width) => Memory("add", Text(tokens, width), 12.0 * tokens * width, device =>
    {
        var sets = new Rotation<(Tensor X, Tensor Y)>(device, make => (make.Tensor(DType.Float32, tokens, width), make.Tensor(DType.Float32, tokens, width)));
        var scope = new TensorScope(device);
        var operators = new DirectOperators(scope);
        return new PreparedWork(run => Scoped(scope, () => operators.Add(sets[run].X, sets[run].Y)), scope, sets);
    });

    private static GpuBenchLine Linear(DType type, int tokens, int outFeatures, int inFeatures)
    {
        PreparedWork Prepare(CudaDevice device)
        {
            var sets = new Rotation<(Tensor X, TensorWeight W)>(device, make => (
                make.Tensor(DType.Float32, tokens, inFeatures), new TensorWeight(make.Tensor(type, outFeatures, inFeatures))));
            var scope = new TensorScope(device);
            var operators = new DirectOperators(scope);
            return new PreparedWork(run => Scoped(scope, () => operators.Linear(sets[run].X, sets[run].W)), scope, sets);
        }

        var shape = Text(tokens, outFeatures, inFeatures);
        return tokens == 1
            ? new("linear", shape, type.Name(), GpuBound.Memory, type.Bytes((long)outFeatures * inFeatures) + (4.0 * (outFeatures + inFeatures)), 0, "GB/s", Prepare)
            : Arithmetic("linear", shape, type.Name(), 2.0 * tokens * outFeatures * inFeatures, Prepare);
    }

    private static GpuBenchLine LinearGradients(int tokens, int outFeatures, int inFeatures) =>
        Arithmetic("linear_backward", Text(tokens, outFeatures, inFeatures), "f32", 4.0 * tokens * outFeatures * inFeatures, device =>
        {
            var sets = new Rotation<Tensor[]>(device, make =>
            [
                make.Tensor(DType.Float32, tokens, outFeatures), make.Tensor(DType.Float32, tokens, inFeatures), make.Tensor(DType.Float32, outFeatures, inFeatures),
                make.Tensor(DType.Float32, tokens, inFeatures), make.Tensor(DType.Float32, outFeatures, inFeatures),
            ]);
            return new PreparedWork(
                run =>
                {
                    var set = sets[run];
                    LinearBackward.Input(set[0], set[2], set[3], accumulate: false);
                    LinearBackward.Weight(set[0], set[1], set[4]);
                },
                sets);
        });

    private static double Pairs(int tokens, int? window) => window is { } w && w < tokens
        ? ((double)tokens * (w + 1)) - (w * (w + 1.0) / 2)
        : tokens * (tokens + 1.0) / 2;

    private static GpuBenchLine Attention(int tokens, int queryHeads, int keyHeads, int headSize, int? window) => Arithmetic(
        window is null ? "attention" : $"attention, window {window}", Text(tokens, queryHeads, headSize), "f32", 4.0 * queryHeads * headSize * Pairs(tokens, window), device =>
        {
            var sets = new Rotation<Tensor[]>(device, make => AttentionSet(make, tokens, queryHeads, keyHeads, headSize));
            var offsets = SequenceOffsets.Single(tokens);
            return new PreparedWork(run => FlashAttention.Forward(sets[run][0], sets[run][1], sets[run][2], offsets, window, [], sets[run][3], sets[run][4]), sets);
        });

    private static GpuBenchLine AttentionGradient(int tokens, int queryHeads, int keyHeads, int headSize) => Arithmetic(
        "attention_backward", Text(tokens, queryHeads, headSize), "f32", 10.0 * queryHeads * headSize * Pairs(tokens, null), device =>
        {
            var sets = new Rotation<Tensor[]>(device, make =>
            [
                .. AttentionSet(make, tokens, queryHeads, keyHeads, headSize), make.Tensor(DType.Float32, tokens, queryHeads, headSize),
                .. AttentionSet(make, tokens, queryHeads, keyHeads, headSize),
            ]);
            var offsets = SequenceOffsets.Single(tokens);
            return new PreparedWork(
                run =>
                {
                    var s = sets[run];
                    FlashAttentionBackward.Run(s[0], s[1], s[2], s[3], s[4], s[5], offsets, null, s[6], s[7], s[8]);
                },
                sets);
        });

    private static Tensor[] AttentionSet(Rotation<Tensor[]> make, int tokens, int queryHeads, int keyHeads, int headSize) =>
    [
        make.Tensor(DType.Float32, tokens, queryHeads, headSize), make.Tensor(DType.Float32, tokens, keyHeads, headSize), make.Tensor(DType.Float32, tokens, keyHeads, headSize),
        make.Tensor(DType.Float32, tokens, queryHeads, headSize), make.Tensor(DType.Float32, tokens, queryHeads),
    ];

    private static double ScanBytes(int tokens, int heads, int headSize, int stateSize) => 4.0 * tokens * ((3.0 * heads * headSize) + (2 * stateSize) + heads);

    private static Tensor[] ScanSet(Rotation<Tensor[]> make, int tokens, int heads, int headSize, int stateSize) =>
    [
        make.Tensor(DType.Float32, tokens, heads, headSize), make.Tensor(DType.Float32, tokens, heads, headSize), make.Tensor(DType.Float32, tokens, heads),
        make.Tensor(DType.Float32, heads), make.Tensor(DType.Float32, heads), make.Tensor(DType.Float32, tokens, stateSize), make.Tensor(DType.Float32, tokens, stateSize),
        make.Tensor(DType.Float32, heads),
    ];

    private static GpuBenchLine Scan(int tokens, int heads, int headSize, int stateSize) => Memory(
        "selective_scan", Text(tokens, heads, headSize, stateSize), ScanBytes(tokens, heads, headSize, stateSize), device =>
        {
            var sets = new Rotation<Tensor[]>(device, make => ScanSet(make, tokens, heads, headSize, stateSize));
            var (scope, offsets) = (new TensorScope(device), SequenceOffsets.Single(tokens));
            var operators = new DirectOperators(scope);
            return new PreparedWork(run => Scoped(scope, () => Forward(operators, sets[run], offsets)), scope, sets);
        });

    private static Tensor Forward(DirectOperators operators, Tensor[] s, SequenceOffsets offsets) =>
        operators.SelectiveScan(s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7], offsets, 256, []);

    private static GpuBenchLine ScanGradient(int tokens, int heads, int headSize, int stateSize) => Memory(
        "selective_scan_backward", Text(tokens, heads, headSize, stateSize), 2 * ScanBytes(tokens, heads, headSize, stateSize), device =>
        {
            var sets = new Rotation<Tensor[]>(device, make =>
                [.. ScanSet(make, tokens, heads, headSize, stateSize), make.Tensor(DType.Float32, tokens, heads, headSize), .. ScanSet(make, tokens, heads, headSize, stateSize)]);
            var offsets = SequenceOffsets.Single(tokens);
            return new PreparedWork(
                run =>
                {
                    var s = sets[run];
                    var gradients = new SelectiveScanGradients { X = s[9], Z = s[10], Dt = s[11], DtBias = s[12], ALog = s[13], B = s[14], C = s[15], D = s[16] };
                    SelectiveScanBackward.Run(s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7], offsets, 256, null, s[8], null, gradients);
                },
                sets);
        });

    private static GpuBenchLine CrossEntropy(int tokens, int width, int vocabulary) => Arithmetic(
        "cross_entropy and gradients", Text(tokens, width, vocabulary), "f32", 6.0 * tokens * width * vocabulary, device =>
        {
            var targets = Enumerable.Range(0, tokens).Select(t => t * 7919 % vocabulary).ToArray();
            var sets = new Rotation<Tensor[]>(device, make =>
            [
                make.Tensor(DType.Float32, tokens, width), make.Tensor(DType.Float32, vocabulary, width), make.Tensor(DType.Float32, tokens, width),
                make.Tensor(DType.Float32, vocabulary, width),
            ]);
            return new PreparedWork(
                run => LinearCrossEntropy.ForwardBackward(sets[run][0], sets[run][1], targets, tokens, 1e-4, 1, null, null, sets[run][2], sets[run][3]), sets);
        });

    private static GpuBenchLine AdamStep(int count) => Memory("adamw", Text(count), 28.0 * count, device =>
    {
        var sets = new Rotation<AdamWParameter>(device, make => new AdamWParameter(
            make.Tensor(DType.Float32, count), make.Tensor(DType.Float32, count), make.Tensor(DType.Float32, count), make.Tensor(DType.Float32, count), true));
        return new PreparedWork(run => AdamW.Step([sets[run]], new AdamWSettings(0.9, 0.95, 1e-8, 0.1), 1e-6, 1 + run, 1), sets);
    });

    private static void Scoped(TensorScope scope, Func<Tensor> work)
    {
        work();
        scope.Reset();
    }
}
