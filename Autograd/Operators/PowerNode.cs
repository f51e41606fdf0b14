using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Autograd;

/// <summary>y = x^p; keeps x.</summary>
internal sealed class PowerNode : OperatorNode
{
    private double _exponent;
    private SavedTensor _x;
    private GradientInput _ofX;

    public override string Name => "power";

    internal void Fill(Tensor x, double exponent)
    {
        (_exponent, _ofX) = (exponent, Input(x));
        _x = Save(x);
    }

    public override void Backward()
    {
        using var target = _ofX.Target(Tape, out var accumulate);
        Pointwise.PowerGradient(_exponent, OutputGradient, _x.Value, target, accumulate);
    }
}
