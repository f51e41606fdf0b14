using PlamoNative.Engine;
using PlamoNative.Kernels;
using PlamoNative.Runtime.Checkpoints;

namespace PlamoNative.Bench.Peers;

/// <summary>Prefill of 512 tokens and decode, ours and llama.cpp's, on the same file with the same threads in turns; llama.cpp with its default backend and with AVX2.</summary>
internal static class LlamaSpeed
{
    private const int PrefillTokens = 512;
    private const int DecodeTokens = 4;

    /// <summary>Runs the race; answers the exit code.</summary>
    /// <param name="options">Threads, rounds, filter, preset.</param>
    /// <param name="folder">Where the exported files are kept.</param>
    public static int Run(BenchOptions options, string folder)
    {
        using var context = new BenchContext(options);
        foreach (var type in new[] { DType.Float16, DType.Q8_0, DType.Q4_0 })
        {
            var path = PeerModel.Export(folder, options.Preset, type);
            foreach (var threads in options.Threads.TakeLast(1))
            {
                using var model = ModelLoader.Open(path, context.Device(threads));
                foreach (var avx in new[] { null, "avx2" })
                {
                    using var peer = new LlamaWorker(path, threads, PrefillTokens, avx);
                    foreach (var mode in ActivationModes.For(type))
                    {
                        Race(context, options.Preset, model, mode, type, threads, peer);
                    }
                }
            }
        }

        return BenchRun.Finish(context, "llama", "llama.cpp as LLamaSharp 0.30.0 carries it");
    }

    private static void Race(BenchContext context, string preset, LoadedModel model, ActivationMode mode, DType type, int threads, LlamaWorker peer)
    {
        using var runner = new ModelRunner(model.Model, mode);
        var prompt = ModelRunner.Tokens(PrefillTokens, 32000);
        if (context.Wants($"llama-prefill {ActivationModes.Label(type, mode)}"))
        {
            context.Measure(new BenchCase
            {
                Name = "llama-prefill",
                Shape = $"{preset}, 32 K tokens, {PrefillTokens} tokens",
                DType = ActivationModes.Label(type, mode),
                Threads = threads,
                Unit = "tokens/s",
                Candidate = new Contender("ours", BenchModel.PrefillFlops(model.Configuration, PrefillTokens), PrefillTokens, () => runner.Prefill(prompt)),
                Baseline = new Contender($"llama.cpp {peer.Backend}", 0, PrefillTokens, peer.Prefill),
                Limit = context.MatmulLimit(threads),
                Target = type == DType.Float16 ? "1.8 x" : mode == ActivationMode.Exact ? "1.0 x" : "1.3 x",
                MaxRounds = 3,
                SettleMilliseconds = 20,
            });
        }

        if (context.Wants($"llama-decode {ActivationModes.Label(type, mode)}") && mode == ActivationMode.Exact)
        {
            runner.Prefill(prompt);
            peer.Prefill();
            context.Measure(new BenchCase
            {
                Name = "llama-decode",
                Shape = $"{preset}, 32 K tokens, after {PrefillTokens} tokens",
                DType = ActivationModes.Label(type, mode),
                Threads = threads,
                Unit = "tokens/s",
                Candidate = new Contender(
                    "ours", (double)DecodeTokens * BenchModel.DecodeBytes(model.Model), DecodeTokens, () => runner.Decode(prompt.AsSpan(0, DecodeTokens))),
                Baseline = new Contender($"llama.cpp {peer.Backend}", 0, DecodeTokens, () => peer.Decode(DecodeTokens)),
                Limit = context.Bandwidth.ForThreads(threads),
                Target = "1.0 x",
                SettleMilliseconds = 20,
            });
        }
    }
}
