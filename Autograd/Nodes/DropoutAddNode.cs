using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Autograd;

/// <summary>y = stream + dropout(branch): the residual connection in training. The mask is made again from its key, never kept.</summary>
internal sealed class DropoutAddNode : Node
{
    private GradientInput _ofStream;
    private GradientInput _ofBranch;
    private DropoutMask _mask;

    public override string Name => "residual dropout";

    internal void Fill(Tensor stream, Tensor branch, DropoutMask mask)
    {
        (_ofStream, _ofBranch) = (Input(stream), Input(branch));
        _mask = mask;
    }

    public override void Backward()
    {
        if (_ofBranch.IsNeeded)
        {
            using var writer = _ofBranch.Overwrite(Tape);
            _mask.Apply(OutputGradient, writer.Tensor);
        }

        if (_ofStream.IsNeeded)
        {
            _ofStream.PassOn(this);
        }
    }
}
