using PlamoNative.Engine;
using PlamoNative.Tests;
using Xunit;

namespace PlamoNative.Kernels.Tests;

/// <summary>Gradients of one scan, in the order of <see cref="Names"/>.</summary>
internal sealed record ScanGradients(double[][] Values)
{
    internal static readonly string[] Names = ["x", "z", "dt_raw", "dt_bias", "A_log", "B", "C", "D", "initial_state"];

    private const int StepBias = 3;

    /// <summary>What stands above the scan: gradients of the output and of the final states, and the states at the begin.</summary>
    internal sealed record Upstream(double[] Initial, double[] Output, double[] Final)
    {
        /// <summary>Sequences get the same states, so that a sequence's place does not matter.</summary>
        internal static Upstream Draw(ScanCase inputs)
        {
            double[] Repeat(int seed) => [.. Enumerable.Repeat(AttentionCase.Draw(new Random(seed), inputs.StateElements, 1), inputs.Offsets.Length - 1).SelectMany(one => one)];
            return new Upstream(Repeat(21), AttentionCase.Draw(new Random(22), inputs.Inputs.X.Length, 1), Repeat(23));
        }
    }

    internal static ScanGradients Reference(ScanCase inputs, Upstream upstream)
    {
        var initial = upstream.Initial.Chunk(inputs.StateElements).ToArray();
        return new ScanGradients(inputs.Inputs.Backward(inputs.Offsets, initial, upstream.Output, upstream.Final));
    }

    /// <summary>Runs the backward pass; x, z and their gradients are halves of wider rows, and so are B and C.</summary>
    internal static ScanGradients Run(CpuDevice device, DType dtype, ScanCase inputs, Upstream upstream, int chunkSize = 256, bool withStates = true)
    {
        using var scope = new TensorScope(device);
        var (heads, size, n, tokens) = (inputs.Inputs.Heads, inputs.Inputs.HeadSize, inputs.Inputs.StateSize, inputs.Offsets[^1]);
        var stateShape = new Shape(inputs.Offsets.Length - 1, heads, size, n);
        Tensor Half(int count, Shape shape, double[]? values)
        {
            var wide = shape.With(shape.Rank - 1, 2 * shape[^1]);
            var joined = TestTensors.Create(scope, dtype, wide, [.. Enumerable.Repeat(double.NaN, (int)wide.ElementCount)]);
            for (var i = 0; values is not null && i < count; i++)
            {
                TestTensors.Fill(joined, 2 * i * (int)shape[^1], values.AsSpan(i * (int)shape[^1], (int)shape[^1]));
            }

            return joined.Narrow(shape.Rank - 1, 0, shape[^1]);
        }

        Tensor Rows(double[]? values) => Half(tokens * heads, new Shape(tokens, heads, size), values);
        Tensor Maps(double[]? values) => Half(tokens, new Shape(tokens, n), values);
        Tensor Head(double[] values) => TestTensors.Create(scope, dtype, new Shape(heads), values);
        Tensor States(double[] values) => TestTensors.Create(scope, dtype, stateShape, values);
        var gradients = new SelectiveScanGradients
        {
            X = Rows(null),
            Z = Rows(null),
            Dt = Half(tokens, new Shape(tokens, heads), null),
            DtBias = scope.Allocate(new Shape(heads), dtype),
            ALog = scope.Allocate(new Shape(heads), dtype),
            B = Maps(null),
            C = Maps(null),
            D = scope.Allocate(new Shape(heads), dtype),
            InitialStates = withStates ? scope.Allocate(stateShape, dtype) : null,
        };
        SelectiveScanBackward.Run(
            Rows(inputs.Inputs.X),
            Rows(inputs.Inputs.Z),
            Half(tokens, new Shape(tokens, heads), inputs.Inputs.Dt),
            Head(inputs.Inputs.DtBias),
            Head(inputs.Inputs.ALog),
            Maps(inputs.Inputs.B),
            Maps(inputs.Inputs.C),
            Head(inputs.Inputs.D),
            new SequenceOffsets(inputs.Offsets),
            chunkSize,
            withStates ? States(upstream.Initial) : null,
            Rows(upstream.Output),
            withStates ? States(upstream.Final) : null,
            gradients);
        Tensor?[] results = [gradients.X, gradients.Z, gradients.Dt, gradients.DtBias, gradients.ALog, gradients.B, gradients.C, gradients.D, gradients.InitialStates];
        return new ScanGradients([.. results.Select(tensor => tensor is null ? [] : TensorValues.ToDoubles(tensor))]);
    }

    internal void Close(string what, ScanGradients actual, double tolerance)
    {
        for (var i = 0; i < Names.Length; i++)
        {
            if (i == StepBias && actual.Values[i].Length > 0)
            {
                // A sum over tokens of both signs: its error is that of its terms, however small the sum.
                var error = Values[i].Zip(actual.Values[i], (e, a) => Math.Abs(e - a)).Max();
                var terms = Math.Sqrt(Values[StepBias - 1].Sum(value => value * value));
                Assert.True(error <= tolerance * terms, $"{what} {Names[i]}: off by {error:E2}, terms of {terms:E2}");
            }
            else if (actual.Values[i].Length > 0)
            {
                TestTensors.Close($"{what} {Names[i]}", Values[i], actual.Values[i], tolerance);
            }
        }
    }

    internal void SameBits(string what, ScanGradients actual)
    {
        for (var i = 0; i < Names.Length; i++)
        {
            TestTensors.SameBits($"{what} {Names[i]}", Values[i], actual.Values[i]);
        }
    }
}
