using PlamoNative.Engine;
using PlamoNative.Tests;
using PlamoNative.Tests.References;

namespace PlamoNative.Kernels.Tests;

/// <summary>Gradients of one attention case.</summary>
internal sealed record AttentionGradients(double[] Q, double[] K, double[] V)
{
    internal static AttentionGradients Reference(AttentionCase inputs, double[] gradient)
    {
        var (q, k, v) = AttentionReference.Backward(
            inputs.Q, inputs.K, inputs.V, gradient, inputs.QueryHeads, inputs.KeyValueHeads, inputs.HeadSize, inputs.Offsets, inputs.Window);
        return new AttentionGradients(q, k, v);
    }

    /// <summary>Runs the forward pass, then the backward pass with gradients of q, k and v as views of one projection's rows.</summary>
    internal static AttentionGradients Run(CpuDevice device, DType dtype, AttentionCase inputs, double[] gradient)
    {
        using var scope = new TensorScope(device);
        var (tokens, size) = (inputs.Tokens, inputs.HeadSize);
        var (queries, keys) = (new Shape(tokens, inputs.QueryHeads, size), new Shape(tokens, inputs.KeyValueHeads, size));
        var q = TestTensors.Create(scope, dtype, queries, inputs.Q);
        var k = TestTensors.Create(scope, dtype, keys, inputs.K);
        var v = TestTensors.Create(scope, dtype, keys, inputs.V);
        var output = scope.Allocate(queries, dtype);
        var logSumExp = scope.Allocate(new Shape(tokens, inputs.QueryHeads), dtype);
        var offsets = new SequenceOffsets(inputs.Offsets);
        FlashAttention.Forward(q, k, v, offsets, inputs.Window, [], output, logSumExp);

        // What stands in the gradients before must not matter.
        var heads = inputs.QueryHeads + (2 * inputs.KeyValueHeads);
        var joined = TestTensors.Create(scope, dtype, new Shape(tokens, heads, size), Enumerable.Repeat(double.NaN, tokens * heads * size).ToArray());
        var (dq, dk, dv) = (joined.Narrow(1, 0, inputs.QueryHeads), joined.Narrow(1, inputs.QueryHeads, inputs.KeyValueHeads), joined.Narrow(1, inputs.QueryHeads + inputs.KeyValueHeads, inputs.KeyValueHeads));
        FlashAttentionBackward.Run(
            q, k, v, output, logSumExp, TestTensors.Create(scope, dtype, queries, gradient), offsets, inputs.Window, dq, dk, dv);
        return new AttentionGradients(TensorValues.ToDoubles(dq), TensorValues.ToDoubles(dk), TensorValues.ToDoubles(dv));
    }

    internal static double[] DrawGradient(AttentionCase inputs) => AttentionCase.Draw(new Random(7), inputs.Q.Length, 1);

    internal void Close(string what, AttentionGradients actual, double tolerance)
    {
        TestTensors.Close($"{what} dQ", Q, actual.Q, tolerance);
        TestTensors.Close($"{what} dK", K, actual.K, tolerance);
        TestTensors.Close($"{what} dV", V, actual.V, tolerance);
    }

    internal void SameBits(string what, AttentionGradients actual)
    {
        TestTensors.SameBits($"{what} dQ", Q, actual.Q);
        TestTensors.SameBits($"{what} dK", K, actual.K);
        TestTensors.SameBits($"{what} dV", V, actual.V);
    }
}
