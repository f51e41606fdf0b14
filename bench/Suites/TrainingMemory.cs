using System.Globalization;
using PlamoNative.Runtime.Models;
using PlamoNative.Training.Data;

namespace PlamoNative.Bench;

/// <summary>Lines of the training suite that are counts: bytes at the largest moment of a step, with and without recomputation, and what a steady step asks for.</summary>
internal static class TrainingMemory
{
    /// <summary>Measures one batch, each way with a device of its own, since a peak never falls.</summary>
    public static void Measure(BenchContext context, PyTorchReference reference, int threads, TrainingBatch batch, string shape)
    {
        var configuration = Plamo2Presets.Get(reference.Preset).Configuration;
        using (var step = new TrainingStep(configuration, threads, recomputes: false))
        {
            AddSteady(context, reference.Preset, threads, step.MeasureAllocations(batch), shape);
            var target = reference.Preset == "plamo-2-mini"
                ? string.Create(CultureInfo.InvariantCulture, $"{0.5e-6 * PyTorchReference.MiniPeakBytes:F0} MB, half of PyTorch's")
                : null;
            AddPeak(context, $"{reference.Preset}: peak of a step", threads, step.Memory, shape, target);
        }

        using var frugal = new TrainingStep(configuration, threads, recomputes: true);
        frugal.Run(batch);
        var lines = string.Create(
            CultureInfo.InvariantCulture,
            $"one layer's activations and {configuration.LayerCount} borders of {4e-6 * batch.Tokens.Length * configuration.HiddenSize:F1} MB");
        AddPeak(context, $"{reference.Preset}: peak, recomputing", threads, frugal.Memory, shape, lines);
    }

    private static void AddPeak(BenchContext context, string name, int threads, StepMemory memory, string shape, string? target) =>
        context.Add(BenchResult.Single(name, shape, "f32", threads, 0, 1e-6 * memory.Peak, "MB", target, memory.Describe()));

    private static void AddSteady(BenchContext context, string preset, int threads, SteadyAllocations steady, string shape) =>
        context.Add(BenchResult.Single(
            $"{preset}: managed bytes a steady step", shape, "f32", threads, 0, steady.ThreadBytes / 1024, "KB", "64 KB, no system allocation",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{steady.System:F1} system allocations of tensor memory a step; {steady.AllBytes / 1024:F1} KB on all threads of the process")));
}
