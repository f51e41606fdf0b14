using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Bench;

/// <summary>
/// The linear layers of plamo-2-1b with every storage of their weights. Prefill (512 tokens) is judged by our own f32 matmul of the same threads, decode (one
/// token) by the read sweep; decode walks through enough copies of a layer that no cache can hold them.
/// </summary>
internal sealed unsafe class LinearSuite : IBenchSuite
{
    private const int PrefillTokens = 512;
    private const long DecodeBytes = 256L << 20;

    /// <summary>Out and in features; named as the model names them.</summary>
    private static readonly (string Layer, int Out, int In)[] Layers =
        [("gate_up", 16384, 2048), ("down", 2048, 8192), ("in_proj", 8192, 2048), ("out_proj", 2048, 4096)];

    private static readonly (DType DType, string DecodeTarget)[] Storages =
    [
        (DType.Float32, ""), (DType.BFloat16, "75 %"), (DType.Float16, "65 %"), (DType.Q8_0, "75 %"), (DType.Q4_0, "55 %"),
        (DType.Q4_K, ""), (DType.Q5_K, ""), (DType.Q6_K, ""),
    ];

    /// <inheritdoc/>
    public string Name => "linear";

    /// <inheritdoc/>
    public void Run(BenchContext context)
    {
        foreach (var threads in context.Options.Threads)
        {
            foreach (var (dtype, decodeTarget) in Storages)
            {
                foreach (var mode in ActivationModes.For(dtype))
                {
                    // The two MLP layers are seven tenths of the model; the others only for its own storage.
                    var layers = dtype == DType.BFloat16 ? Layers : Layers[..2];
                    foreach (var (layer, outFeatures, inFeatures) in layers)
                    {
                        Prefill(context, threads, dtype, mode, layer, outFeatures, inFeatures);
                        Decode(context, threads, dtype, mode, layer, outFeatures, inFeatures, decodeTarget);
                    }
                }
            }
        }
    }

    private static void Prefill(BenchContext context, int threads, DType dtype, ActivationMode mode, string layer, int outFeatures, int inFeatures)
    {
        var name = $"linear-prefill-{layer}";
        if (!context.Wants(name))
        {
            return;
        }

        using var weights = StoredWeights.Create(dtype, outFeatures, inFeatures);
        using var x = NativeBuffer.RandomFloats((long)PrefillTokens * inFeatures, 3);
        using var y = new NativeBuffer(4L * PrefillTokens * outFeatures);
        var product = ActivationModes.Product(mode);
        var workers = context.Device(threads).Workers;
        context.Measure(new BenchCase
        {
            Name = name,
            Shape = $"{PrefillTokens} x {inFeatures} x {outFeatures}",
            DType = ActivationModes.Label(dtype, mode),
            Threads = threads,
            Unit = "GFLOP/s",
            Candidate = Contender.Flops(
                "ours", 2.0 * PrefillTokens * inFeatures * outFeatures,
                () => product(x.Floats, PrefillTokens, inFeatures, weights.Pointer, dtype, outFeatures, y.Floats, workers)),
            Limit = context.MatmulLimit(threads),
            Target = dtype == DType.BFloat16 ? "70 %" : null,
        });
    }

    private static void Decode(BenchContext context, int threads, DType dtype, ActivationMode mode, string layer, int outFeatures, int inFeatures, string target)
    {
        var name = $"linear-decode-{layer}";
        if (!context.Wants(name))
        {
            return;
        }

        var layerBytes = outFeatures * dtype.Bytes(inFeatures);
        var copies = (int)((DecodeBytes + layerBytes - 1) / layerBytes);
        using var weights = StoredWeights.Create(dtype, (long)copies * outFeatures, inFeatures);
        using var x = NativeBuffer.RandomFloats(inFeatures, 3);
        using var y = new NativeBuffer(4L * outFeatures);
        var product = ActivationModes.Product(mode);
        var workers = context.Device(threads).Workers;
        context.Measure(new BenchCase
        {
            Name = name,
            Shape = $"1 x {inFeatures} x {outFeatures}, {copies} layers",
            DType = ActivationModes.Label(dtype, mode),
            Threads = threads,
            Unit = "GB/s",
            Candidate = Contender.Bytes("ours", copies * layerBytes, () =>
            {
                for (var copy = 0; copy < copies; copy++)
                {
                    product(x.Floats, 1, inFeatures, weights.Pointer + (copy * layerBytes), dtype, outFeatures, y.Floats, workers);
                }
            }),
            Limit = context.Bandwidth.ForThreads(threads),
            Target = target.Length > 0 && mode == ActivationMode.Exact ? target : null,
        });
    }
}
