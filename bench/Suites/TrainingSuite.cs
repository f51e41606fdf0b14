using System.Globalization;
using PlamoNative.Kernels;
using PlamoNative.Runtime.Models;
using PlamoNative.Training.Data;
using PlamoNative.Training.Loop;

namespace PlamoNative.Bench;

/// <summary>
/// Whole training steps of the small presets, 4096 tokens each: speed in turns with our own f32 matmul, that matmul in turns with the FMA peak, short sequences in turns
/// with long ones, and what a step holds and asks for.
/// </summary>
internal sealed class TrainingSuite : IBenchSuite
{
    private const int Tokens = 4096;
    private const int Short = 512;
    private const int Long = 2048;
    private const int MostRounds = 3;

    /// <inheritdoc/>
    public string Name => "training";

    /// <inheritdoc/>
    public void Run(BenchContext context)
    {
        // --filter takes presets here as well as measurements.
        var named = PyTorchReference.All.Where(reference => context.Options.Filter.Contains(reference.Preset)).ToArray();
        var wantsAll = context.Options.Filter.Length == named.Length;
        bool Wants(string name) => wantsAll || context.Options.Filter.Any(text => name.Contains(text, StringComparison.OrdinalIgnoreCase));
        foreach (var reference in named.Length > 0 ? named : PyTorchReference.All)
        {
            foreach (var threads in context.Options.Threads)
            {
                if (Wants("training-speed"))
                {
                    MeasureSpeed(context, reference, threads);
                }

                if (Wants("training-memory"))
                {
                    TrainingMemory.Measure(context, reference, threads, Batch(reference, Short), Describe(Short));
                    TrainingMemory.Measure(context, reference, threads, Batch(reference, Long), Describe(Long));
                }
            }
        }
    }

    private static void MeasureSpeed(BenchContext context, PyTorchReference reference, int threads)
    {
        var configuration = Plamo2Presets.Get(reference.Preset).Configuration;
        using var step = new TrainingStep(configuration, threads, recomputes: false);

        // The step's own threads multiply, so that no second team of them stands in the way.
        using var matmul = new SquareMatmul(1024, step.Device.Workers);
        context.Measure(new BenchCase
        {
            Name = $"{reference.Preset}: f32 matmul",
            Shape = "1024 x 1024 x 1024",
            DType = "f32",
            Threads = threads,
            Unit = "GFLOP/s",
            Candidate = Contender.Flops("ours", matmul.Flops, matmul.Run),
            Limit = context.Peak.ForThreads(threads),
            Target = "80 %",
            Note = "what the steps below are judged by",
        });

        var flops = new ModelFlops(configuration);
        Contender Candidate(int length)
        {
            var batch = Batch(reference, length);
            return new Contender(Describe(length), flops.Of(batch), Tokens, () => step.Run(batch));
        }

        var (shortOnes, longOnes) = (Candidate(Short), Candidate(Long));
        var work = new BenchCase
        {
            Name = $"{reference.Preset}: step",
            Shape = shortOnes.Name,
            DType = "f32",
            Threads = threads,
            Unit = "tokens/s",
            Candidate = shortOnes,
            Limit = matmul.AsLimit(),
            Target = $"{reference.Wanted} %",
            MaxRounds = MostRounds,
        };
        var chunk = SelectiveScanSchedule.Chunk(configuration.ScanChunkSize);
        var quick = Add(context, work, chunk, step.ParameterCount);
        context.Add(AgainstPyTorch(reference, quick, step.ParameterCount));
        Add(context, work with { Shape = longOnes.Name, Candidate = longOnes, Baseline = shortOnes, Target = "0.90 x" }, chunk, step.ParameterCount);
    }

    private static BenchResult Add(BenchContext context, BenchCase work, int chunk, long parameters)
    {
        var result = Turns.Measure(work, context.Options.Rounds);
        var achieved = 1e-9 * work.Candidate.Work * result.Value / work.Candidate.Items;
        result = result with
        {
            Note = string.Join("; ", new[]
            {
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{1e-6 * parameters:F2} M parameters, {achieved:F1} model GFLOP/s, scan in chunks of {chunk}"),
                result.Note,
            }.Where(static text => text is not null)),
        };
        context.Add(result);
        return result;
    }

    /// <summary>Our rate as it would be where PyTorch was measured, if steps follow the matmul.</summary>
    private static BenchResult AgainstPyTorch(PyTorchReference reference, BenchResult ours, long parameters)
    {
        var scaled = ours.Value * PyTorchReference.MatmulRate * 1e-9 / (ours.LimitValue ?? double.NaN);
        return BenchResult.Single(
            $"{reference.Preset}: step at PyTorch's matmul rate", ours.Shape, ours.DType, ours.Threads, 0, scaled, "tokens/s", "above 1 x",
            string.Create(
                CultureInfo.InvariantCulture,
                $"scaled from {ours.LimitValue:F0} to {1e-9 * PyTorchReference.MatmulRate:F0} GFLOP/s of f32 matmul; " +
                $"PyTorch's is quoted, {reference.Percent} % of its matmul, {reference.Millions} M parameters against our {1e-6 * parameters:F2} M")) with
        {
            Baseline = "PyTorch eager, quoted",
            BaselineValue = reference.TokensPerSecond,
            Ratio = scaled / reference.TokensPerSecond,
        };
    }

    private static TrainingBatch Batch(PyTorchReference reference, int length) =>
        RandomBatch.Create(Tokens / length, length, Plamo2Presets.Get(reference.Preset).Configuration.VocabSize);

    private static string Describe(int length) => $"{Tokens / length} x {length} tokens";
}
