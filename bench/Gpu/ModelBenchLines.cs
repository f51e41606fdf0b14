using PlamoNative.Engine;
using PlamoNative.Kernels;
using PlamoNative.Runtime.Checkpoints;
using PlamoNative.Runtime.Models;
using PlamoNative.Runtime.Sessions;
using PlamoNative.Training.Data;
using PlamoNative.Training.Loop;
using PlamoNative.Training.Models;
using PlamoNative.Training.Optimizers;

namespace PlamoNative.Bench.Gpu;

/// <summary>Whole models with random weights: reading a prompt, writing one token, a training step.</summary>
internal static class ModelBenchLines
{
    internal static IEnumerable<GpuBenchLine> All(bool isQuick)
    {
        var preset = isQuick ? "plamo-2-nano" : "plamo-2-1b";
        var trained = isQuick ? "plamo-2-nano" : "plamo-2-mini";
        var (prompt, batch) = isQuick ? (128, 256) : (2048, 4096);
        return [Prefill(preset, prompt), Decode(preset, prompt), Train(trained, batch)];
    }

    private static double Parameters(string preset) => WeightTable.All(Plamo2Presets.Get(preset).Configuration)
        .Where(static slot => slot.Role == WeightRole.Linear).Sum(static slot => (double)slot.ElementCount);

    private static GpuBenchLine Prefill(string preset, int tokens) => new(
        $"prefill of {preset}", $"{tokens} tokens", "bf16", GpuBound.Arithmetic, 2 * Parameters(preset) * tokens, tokens, "tokens/s", device =>
        {
            var model = new RandomWeights(Plamo2Presets.Get(preset).Configuration, 1).CreateModel(device, DType.BFloat16);
            var session = new PlamoSession(model) { PrefillChunk = tokens };
            int[] prompt = [.. Enumerable.Range(0, tokens).Select(static t => 3 + (t * 31 % 300))];
            return new PreparedWork(
                _ =>
                {
                    session.Reset();
                    session.Append(prompt);
                },
                session, model);
        });

    private static GpuBenchLine Decode(string preset, int context) => new(
        $"decode of {preset}", $"after {context} tokens", "bf16", GpuBound.Memory, 2 * Parameters(preset), 1, "tokens/s", device =>
        {
            var model = new RandomWeights(Plamo2Presets.Get(preset).Configuration, 1).CreateModel(device, DType.BFloat16);
            var session = new PlamoSession(model);
            session.Append([.. Enumerable.Range(0, context).Select(static t => 3 + (t * 31 % 300))]);
            return new PreparedWork(_ => session.Append(5), session, model);
        });

    private static GpuBenchLine Train(string preset, int tokens) => new(
        $"training step of {preset}", $"{tokens} tokens in 512s", "f32", GpuBound.Arithmetic, 6 * Parameters(preset) * tokens, tokens, "tokens/s", device =>
        {
            var configuration = Plamo2Presets.Get(preset).Configuration;
            var model = TrainableModel.Create(new RandomWeights(configuration, 1), device);
            var pass = new GradientPass(model) { ZLossWeight = 1e-4 };
            var optimizer = new AdamWOptimizer(model, new AdamWSettings(0.9, 0.95, 1e-8, 0.1));
            var batch = new TrainingBatch();
            for (var at = 0; at < tokens; at += 512)
            {
                var length = Math.Min(512, tokens - at);
                int[] ids = [.. Enumerable.Range(at, length + 1).Select(t => (int)((long)t * t % configuration.VocabSize))];
                batch.Add(ids.AsSpan(0, length), ids.AsSpan(1, length));
            }

            return new PreparedWork(
                run =>
                {
                    model.ZeroGradients();
                    pass.AddGradients(batch, batch.TargetCount);
                    optimizer.Step(1 + run, 1e-6, optimizer.GradientNorm(), clipNorm: 1);
                },
                optimizer, pass, model);
        });
}
