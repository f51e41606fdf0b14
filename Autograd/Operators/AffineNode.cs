using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Autograd;

/// <summary>y = scale · x + shift, both constants; keeps nothing.</summary>
internal sealed class AffineNode : OperatorNode
{
    private double _scale;
    private GradientInput _ofX;

    public override string Name => "scale and shift";

    internal void Fill(Tensor x, double scale) => (_scale, _ofX) = (scale, Input(x));

    public override void Backward()
    {
        if (_scale == 1)
        {
            PassOn(_ofX);
            return;
        }

        using var target = _ofX.Target(Tape, out var accumulate);
        Pointwise.Affine(OutputGradient, _scale, 0, target, accumulate);
    }
}
