using System.Globalization;
using PlamoNative.Runtime.Models;
using PlamoNative.Training.Loop;

namespace PlamoNative.Bench;

/// <summary>
/// Forward and backward of one sequence, from 512 to 16384 tokens, in a small model of Mamba and window layers: what a token costs in time and memory must not grow
/// with the tokens before it. The optimizer's step does not depend on the length and is left out.
/// </summary>
internal sealed class TrainingLengthSuite : IBenchSuite
{
    private const int Shortest = 512;
    private const int Longest = 16384;
    private const int Window = 256;
    private const int MostRounds = 5;

    /// <inheritdoc/>
    public string Name => "training-length";

    /// <inheritdoc/>
    public void Run(BenchContext context)
    {
        var configuration = Plamo2Presets.Get("plamo-2-nano").Configuration with { WindowSize = Window };
        foreach (var threads in context.Options.Threads)
        {
            StepMemory? first = null;
            for (var length = Shortest; length <= Longest; length *= 2)
            {
                if (context.Wants("training-length-time"))
                {
                    context.Add(Time(context, configuration, threads, length));
                }

                if (context.Wants("training-length-memory"))
                {
                    var memory = Memory(configuration, threads, length);
                    first ??= memory;
                    context.Add(BytesPerToken(threads, length, memory, first.Value));
                }
            }
        }
    }

    private static BenchResult Time(BenchContext context, Plamo2Configuration configuration, int threads, int length)
    {
        using var step = new TrainingStep(configuration, threads, recomputes: false);
        using var matmul = new SquareMatmul(1024, step.Device.Workers);
        var flops = new ModelFlops(configuration);
        Contender Pass(int tokens)
        {
            var batch = RandomBatch.Create(1, tokens, configuration.VocabSize);
            return new Contender($"{tokens} tokens", flops.Of(batch), tokens, () => step.AddGradients(batch));
        }

        var result = Turns.Measure(
            new BenchCase
            {
                Name = "training-length-time",
                Shape = Shape(length),
                DType = "f32",
                Threads = threads,
                Unit = "us/token",
                Candidate = Pass(length),
                Baseline = length == Shortest ? null : Pass(Shortest),
                Limit = matmul.AsLimit(),
                Target = length == Shortest ? null : "about 1 x",
                MaxRounds = MostRounds,
            },
            context.Options.Rounds);

        // The case measures tokens a second; the table is read in time a token. The ratio stays one of speeds.
        return result with { Value = 1e6 / result.Value, BaselineValue = 1e6 / result.BaselineValue };
    }

    private static StepMemory Memory(Plamo2Configuration configuration, int threads, int length)
    {
        using var step = new TrainingStep(configuration, threads, recomputes: false);
        step.AddGradients(RandomBatch.Create(1, length, configuration.VocabSize));
        return step.Memory;
    }

    private static BenchResult BytesPerToken(int threads, int length, StepMemory memory, StepMemory first)
    {
        var (bytes, least) = (memory.Activations / (double)length, first.Activations / (double)Shortest);
        return BenchResult.Single(
            "training-length-memory", Shape(length), "f32", threads, 0, bytes / 1024, "KB/token", "not above 1 x",
            string.Create(CultureInfo.InvariantCulture, $"peak of activations {1e-6 * memory.Activations:F1} MB")) with
        {
            Baseline = $"{Shortest} tokens",
            BaselineValue = least / 1024,
            Ratio = bytes / least,
        };
    }

    private static string Shape(int length) => $"1 x {length} tokens, window {Window}";
}
