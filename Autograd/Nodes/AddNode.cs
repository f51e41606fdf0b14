using PlamoNative.Engine;

namespace PlamoNative.Autograd;

/// <summary>y = left + right of one shape; both gradients are y's, shared.</summary>
internal sealed class AddNode : Node
{
    private GradientInput _ofLeft;
    private GradientInput _ofRight;

    public override string Name => "add";

    internal void Fill(Tensor left, Tensor right) => (_ofLeft, _ofRight) = (Input(left), Input(right));

    public override void Backward()
    {
        if (_ofLeft.IsNeeded)
        {
            _ofLeft.PassOn(this);
        }

        if (_ofRight.IsNeeded)
        {
            _ofRight.PassOn(this);
        }
    }
}
