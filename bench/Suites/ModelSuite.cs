using System.Diagnostics;
using System.Globalization;
using PlamoNative.Engine;
using PlamoNative.Kernels;
using PlamoNative.Runtime.Models;

namespace PlamoNative.Bench;

/// <summary>
/// A whole model with random weights: prefill of 512 tokens against our own f32 matmul, decode against the read sweep, peak memory against the weights, and what
/// long stepwise decoding costs.
/// </summary>
internal sealed class ModelSuite : IBenchSuite
{
    private const int PrefillTokens = 512;
    private const int DecodeTokens = 4;

    private static readonly (DType DType, string DecodeTarget)[] Storages =
        [(DType.BFloat16, "75 %"), (DType.Q8_0, "75 %"), (DType.Float16, "65 %"), (DType.Q4_0, "55 %")];

    /// <inheritdoc/>
    public string Name => "model";

    /// <inheritdoc/>
    public void Run(BenchContext context)
    {
        var preset = Plamo2Presets.Get(context.Options.Preset);
        foreach (var (dtype, decodeTarget) in Storages)
        {
            foreach (var threads in context.Options.Threads)
            {
                if (context.Wants("model-prefill") || context.Wants("model-decode"))
                {
                    using var model = BenchModel.Create(preset.Configuration, context.Device(threads), dtype);
                    foreach (var mode in ActivationModes.For(dtype))
                    {
                        Measure(context, preset.Name, model, dtype, mode, threads, decodeTarget);
                    }
                }
            }

            context.Device(context.Options.Threads[^1]).Trim();
            Memory(context, preset.Name, dtype);
        }

        Stepwise(context);
    }

    private static void Measure(BenchContext context, string preset, Plamo2Model model, DType dtype, ActivationMode mode, int threads, string decodeTarget)
    {
        using var runner = new ModelRunner(model, mode);
        var prompt = ModelRunner.Tokens(PrefillTokens, model.Configuration.VocabSize);
        if (context.Wants("model-prefill"))
        {
            context.Measure(new BenchCase
            {
                Name = "model-prefill",
                Shape = $"{preset}, {PrefillTokens} tokens",
                DType = ActivationModes.Label(dtype, mode),
                Threads = threads,
                Unit = "tokens/s",
                Candidate = new Contender("ours", BenchModel.PrefillFlops(model.Configuration, PrefillTokens), PrefillTokens, () => runner.Prefill(prompt)),
                Limit = context.MatmulLimit(threads),
                Target = dtype == DType.BFloat16 ? "70 %" : null,
                MaxRounds = 3,
                Note = "FLOP of the linear layers only",
            });
        }

        if (context.Wants("model-decode"))
        {
            runner.Prefill(prompt);
            context.Measure(new BenchCase
            {
                Name = "model-decode",
                Shape = $"{preset}, after {PrefillTokens} tokens",
                DType = ActivationModes.Label(dtype, mode),
                Threads = threads,
                Unit = "tokens/s",
                Candidate = new Contender(
                    "ours", (double)DecodeTokens * BenchModel.DecodeBytes(model), DecodeTokens, () => runner.Decode(prompt.AsSpan(0, DecodeTokens))),
                Limit = context.Bandwidth.ForThreads(threads),
                Target = mode == ActivationMode.Exact ? decodeTarget : null,
                Note = "bytes of the weights only",
            });
        }
    }

    private static void Memory(BenchContext context, string preset, DType dtype)
    {
        if (context.Wants("model-memory") && PeakMemory.Measure(preset, dtype, context.Options.Threads[^1]) is { } figures)
        {
            var over = figures.Peak - figures.Weights - figures.State;
            context.Add(BenchResult.Single(
                "model-memory", $"{preset}, prefill of 512, then 8 tokens", dtype.Name(), context.Options.Threads[^1], 0, figures.Peak * 1e-6, "MB", "weights + 10 % + caches",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"weights {figures.Weights * 1e-6:F0} MB, caches {figures.State * 1e-6:F0} MB, over {over * 1e-6:F0} MB = {100.0 * over / figures.Weights:F1} % of the weights")));
        }
    }

    /// <summary>Stepwise decoding must cost time in proportion to its length, but for the attention to more tokens.</summary>
    private static void Stepwise(BenchContext context)
    {
        if (!context.Wants("model-stepwise"))
        {
            return;
        }

        const string Preset = "plamo-2-tiny";
        var threads = context.Options.Threads[^1];
        using var model = BenchModel.Create(Plamo2Presets.Get(Preset).Configuration, context.Device(threads), DType.Float32);
        using var runner = new ModelRunner(model, ActivationMode.Exact);
        var tokens = ModelRunner.Tokens(4096, model.Configuration.VocabSize);
        runner.Prefill(tokens.AsSpan(0, 1));
        runner.Decode(tokens.AsSpan(0, 64));
        double Seconds(int count)
        {
            var start = Stopwatch.GetTimestamp();
            runner.Prefill(tokens.AsSpan(0, 1));
            runner.Decode(tokens.AsSpan(1, count - 1));
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        var (few, many) = (Seconds(512), Seconds(4096));
        context.Add(BenchResult.Single(
            "model-stepwise", $"{Preset}, 4096 tokens against 512", "f32", threads, 1e3 * many, many / few, "x the time", "10 x at most",
            string.Create(CultureInfo.InvariantCulture, $"512 tokens: {few:F2} s")));
    }
}
