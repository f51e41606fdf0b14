using System.Globalization;
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

/// <summary>A whole model on the device and on the processor: do they agree?</summary>
internal static class Smoke
{
    private const double LossTolerance = 1e-4;

    /// <summary>Writes 64 tokens greedily on both.</summary>
    internal static int Generate(GpuOptions options)
    {
        using var device = options.Open();
        using var processor = new CpuDevice();
        var (expected, actual) = (Tokens(processor), Tokens(device));
        var same = expected.Zip(actual).TakeWhile(static pair => pair.First == pair.Second).Count();
        Console.Out.WriteLine($"{device.Name} ({device.Description}): {same} of {expected.Length} tokens as on the processor: {string.Join(' ', actual)}");
        return same == expected.Length ? 0 : 1;
    }

    /// <summary>Trains three steps on both.</summary>
    internal static int Train(GpuOptions options)
    {
        using var device = options.Open();
        using var processor = new CpuDevice();
        var (expected, actual) = (Losses(processor), Losses(device));
        var worst = 0.0;
        for (var step = 0; step < expected.Length; step++)
        {
            worst = Math.Max(worst, Math.Abs(expected[step] - actual[step]));
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"step {step + 1}: loss {actual[step]:F6}, {expected[step]:F6} on the processor"));
        }

        return worst <= LossTolerance ? 0 : 1;
    }

    private static int[] Tokens(Device device)
    {
        using var model = new RandomWeights(Plamo2Presets.Get("plamo-2-nano").Configuration, 3).CreateModel(device);
        using var session = new PlamoSession(model);
        var wanted = new GenerationOptions { MaxTokens = 64, Temperature = 0, IgnoreEndOfText = true };
        return [.. session.Generate(new[] { 5, 17, 250, 3, 99, 4, 318, 200 }, wanted).Select(static token => token.Id)];
    }

    private static double[] Losses(Device device)
    {
        var configuration = Plamo2Presets.Get("plamo-2-nano").Configuration;
        using var model = TrainableModel.Create(new RandomWeights(configuration, 3), device);
        using var pass = new GradientPass(model) { ZLossWeight = 1e-4 };
        using var optimizer = new AdamWOptimizer(model, new AdamWSettings(0.9, 0.95, 1e-8, 0.1));
        var losses = new double[3];
        for (var step = 0; step < losses.Length; step++)
        {
            var batch = new TrainingBatch();
            int[] tokens = [.. Enumerable.Range(step, 513).Select(t => t * t * 13 % configuration.VocabSize)];
            batch.Add(tokens.AsSpan(0, 512), tokens.AsSpan(1, 512));
            model.ZeroGradients();
            losses[step] = pass.AddGradients(batch, batch.TargetCount).Loss(1e-4);
            optimizer.Step(step + 1, 1e-3, optimizer.GradientNorm(), clipNorm: 1);
        }

        return losses;
    }
}
