using System.Globalization;
using PlamoNative.Runtime.Models;

namespace PlamoNative.Bench;

/// <summary>
/// What a training step of the small presets is made of: every kernel at its shapes, in turns with our own f32 matmul of 1024. At the end of a preset a line for the
/// whole step: model FLOP (a backward pass counts twice its forward pass, recomputation nothing) over the sum of all parts' times, as a share of that matmul.
/// </summary>
internal sealed class TrainingKernelSuite : IBenchSuite
{
    private static readonly string[] Presets = ["plamo-2-mini", "plamo-2-tiny", "plamo-2-nano"];

    /// <inheritdoc/>
    public string Name => "training-kernels";

    /// <inheritdoc/>
    public void Run(BenchContext context)
    {
        // --filter takes presets here as well as parts.
        var presets = Presets.Where(preset => context.Options.Filter.Contains(preset)).ToArray();
        foreach (var preset in presets.Length > 0 ? presets : Presets)
        {
            foreach (var threads in context.Options.Threads)
            {
                Run(context, preset, threads, isWhole: context.Options.Filter.Length == presets.Length);
            }
        }
    }

    private static void Run(BenchContext context, string preset, int threads, bool isWhole)
    {
        var parts = new TrainingStepParts(context.Device(threads), Plamo2Presets.Get(preset).Configuration);
        var measured = new List<(TrainingPart Part, BenchResult Result)>();
        foreach (var part in parts.All())
        {
            if (isWhole || context.Options.Filter.Any(text => part.Name.Contains(text, StringComparison.OrdinalIgnoreCase)))
            {
                measured.Add((part, Measure(context, preset, threads, part)));
                part.Free();
            }
        }

        Summarize(context, preset, threads, measured);
    }

    private static BenchResult Measure(BenchContext context, string preset, int threads, TrainingPart part) => context.Measure(new BenchCase
    {
        Name = $"{preset}: {part.Name}",
        Shape = part.Shape,
        DType = "f32",
        Threads = threads,
        Unit = "GFLOP/s",
        Candidate = Contender.Flops("ours", part.Flops, part.Prepare()),
        Limit = context.MatmulLimit(threads),
        Note = string.Create(CultureInfo.InvariantCulture, $"{part.Count} in a step"),
    });

    /// <summary>Says on standard error what each part costs of a step, dearest first, and adds the step's own line.</summary>
    private static void Summarize(BenchContext context, string preset, int threads, List<(TrainingPart Part, BenchResult Result)> measured)
    {
        // A part's time in FLOP that the matmul beside it could have done: drifts of the machine's speed cancel.
        double Cost((TrainingPart Part, BenchResult Result) of) => of.Part.Count * of.Result.MedianMilliseconds * 1e-3 * (of.Result.LimitValue ?? 1);
        var cost = measured.Sum(Cost);
        foreach (var of in measured.OrderByDescending(Cost))
        {
            var microseconds = 1e3 * of.Part.Count * of.Result.MedianMilliseconds;
            Console.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{100 * Cost(of) / cost,6:F2} % {microseconds,10:F0} us {of.Result.PercentOfLimit ?? 0,6:F1} % of matmul  {of.Part.Count,2} x {of.Part.Name} [{of.Part.Shape}]"));
        }

        var flops = 1e-9 * measured.Sum(of => of.Part.Count * of.Part.Flops);
        var share = 100 * flops / cost;
        var milliseconds = measured.Sum(of => of.Part.Count * of.Result.MedianMilliseconds);
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{preset} x{threads}: {share:F1} % of matmul, {milliseconds:F0} ms"));
        context.Add(BenchResult.Single(
            $"{preset}: step of kernels", $"{TrainingStepParts.Tokens} tokens", "f32", threads, milliseconds, share, "% of f32 matmul 1024"));
    }
}
