using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Runtime.Models;

/// <summary>The weights of a Mamba mixer as its forward pass uses them.</summary>
internal sealed record MambaWeights(
    LinearWeight In,
    Tensor Convolution,
    LinearWeight Bcdt,
    Norm BNorm,
    Norm CNorm,
    Norm TimeStepNorm,
    LinearWeight TimeStep,
    Tensor TimeStepBias,
    Tensor ALog,
    Tensor Skip,
    LinearWeight Out);

/// <summary>
/// Mamba mixer: projections shaped as Mamba-1's around a Mamba-2 scan. The joint projection holds, head by head, P channels of gate z and P of x; B, C and
/// the time step come from x after its convolution, each with a norm of its own.
/// </summary>
/// <param name="c">Sizes.</param>
/// <param name="index">Ordinal among the model's Mamba layers.</param>
/// <param name="w">Weights.</param>
internal sealed class MambaMixer(Plamo2Configuration c, int index, MambaWeights w) : Mixer
{
    internal override string Name => "mamba mixer";

    internal override Tensor Forward(IOperators ops, Tensor input, ForwardBatch batch)
    {
        var tokens = input.Shape[0];
        var headed = new Shape(tokens, c.SsmHeads, c.HeadSize);
        using var joint = ops.Linear(input, w.In);
        using var jointHeads = joint.Reshape(new Shape(tokens, c.SsmHeads, 2 * c.HeadSize));
        using var z = jointHeads.Narrow(2, 0, c.HeadSize);
        using var x = jointHeads.Narrow(2, c.HeadSize, c.HeadSize);
        using var convolved = ops.CausalConv1d(x, w.Convolution, batch.Offsets, batch.ConvStatesOf(index));
        using var flat = convolved.Reshape(new Shape(tokens, c.InnerSize));
        using var selected = ops.Linear(flat, w.Bcdt);
        using var b = Normed(ops, selected, w.BNorm, 0, c.StateSize);
        using var cc = Normed(ops, selected, w.CNorm, c.StateSize, c.StateSize);
        using var rank = Normed(ops, selected, w.TimeStepNorm, 2L * c.StateSize, c.TimeStepRank);
        using var dt = ops.Linear(rank, w.TimeStep);
        using var xHeads = convolved.Reshape(headed);
        using var scanned = ops.SelectiveScan(
            xHeads, z, dt, w.TimeStepBias, w.ALog, b, cc, w.Skip, batch.Offsets, c.ScanChunkSize, batch.SsmStatesOf(index));
        using var scannedFlat = scanned.Reshape(new Shape(tokens, c.InnerSize));
        return ops.Linear(scannedFlat, w.Out);
    }

    private static Tensor Normed(IOperators ops, Tensor selected, Norm norm, long first, long width)
    {
        using var part = selected.Narrow(1, first, width);
        return norm.Forward(ops, part);
    }
}
