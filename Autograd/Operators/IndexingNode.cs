using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Autograd;

/// <summary>Gather along an axis, or scatter-add; each is the gradient of the other. Keeps the indices.</summary>
internal sealed class IndexingNode : OperatorNode
{
    private int _axis;
    private bool _scatters;
    private SavedTensor _indices;
    private GradientInput _ofInput;

    public override string Name => _scatters ? "scatter-add" : "gather";

    internal void Fill(Tensor input, int axis, Tensor indices, bool scatters)
    {
        (_axis, _scatters, _ofInput) = (axis, scatters, Input(input));
        _indices = Save(indices);
    }

    public override void Backward()
    {
        using var target = _ofInput.Target(Tape, out var accumulate);
        if (!_scatters)
        {
            if (!accumulate)
            {
                Pointwise.Fill(target, 0);
            }

            Indexing.ScatterAdd(OutputGradient, _axis, _indices.Value, target);
        }
        else if (!accumulate)
        {
            Indexing.Gather(OutputGradient, _axis, _indices.Value, target);
        }
        else
        {
            using var gathered = Tape.Scratch.Allocate(target.Shape, target.DType);
            Indexing.Gather(OutputGradient, _axis, _indices.Value, gathered);
            Pointwise.Copy(gathered, target, accumulate: true);
        }
    }
}
