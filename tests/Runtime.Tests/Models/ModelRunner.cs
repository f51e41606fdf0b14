using PlamoNative.Engine;
using PlamoNative.Kernels;
using PlamoNative.Runtime.Caches;
using PlamoNative.Runtime.Models;

namespace PlamoNative.Tests.Runtime.Models;

/// <summary>Runs models in the ways that must agree.</summary>
internal static class ModelRunner
{
    /// <summary>Logits of packed sequences in one pass, as float64.</summary>
    internal static double[] Packed(Plamo2Model model, ReadOnlySpan<int> tokens, params int[] offsets)
    {
        using var scope = new TensorScope(model.Device);
        var borders = offsets.Length == 0 ? SequenceOffsets.Single(tokens.Length) : new SequenceOffsets(offsets);
        return Copy(model.Forward(new DirectOperators(scope), ForwardBatch.Packed(tokens, borders)));
    }

    /// <summary>Logits of one sequence, fed in runs of the given lengths (the last one repeats) through a state.</summary>
    internal static double[] Stepwise(Plamo2Model model, ReadOnlySpan<int> tokens, params int[] runs)
    {
        using var state = model.CreateState();
        return Continue(model, state, tokens, runs);
    }

    /// <summary>As <see cref="Stepwise"/>, from where a state stands.</summary>
    internal static double[] Continue(Plamo2Model model, SequenceState state, ReadOnlySpan<int> tokens, params int[] runs)
    {
        using var scope = new TensorScope(model.Device);
        var ops = new DirectOperators(scope);
        var batch = new ForwardBatch();
        var logits = new List<double>();
        for (int at = 0, run = 0; at < tokens.Length; run++)
        {
            var length = Math.Min(runs[Math.Min(run, runs.Length - 1)], tokens.Length - at);
            batch.Clear();
            batch.Add(tokens.Slice(at, length), state, LogitRows.All);
            logits.AddRange(Copy(model.Forward(ops, batch)));
            scope.Reset();
            at += length;
        }

        return [.. logits];
    }

    internal static double MaxDifference(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        Xunit.Assert.Equal(left.Length, right.Length);
        var max = 0.0;
        for (var i = 0; i < left.Length; i++)
        {
            var difference = Math.Abs(left[i] - right[i]);
            max = difference <= max ? max : double.IsNaN(difference) ? double.NaN : difference;
        }

        return max;
    }

    private static double[] Copy(Tensor logits)
    {
        if (logits.DType == DType.Float64)
        {
            return logits.AsSpan<double>().ToArray();
        }

        return [.. logits.AsSpan<float>().ToArray().Select(static v => (double)v)];
    }
}
