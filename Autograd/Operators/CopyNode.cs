using PlamoNative.Engine;

namespace PlamoNative.Autograd;

/// <summary>A dense copy of a view, perhaps repeated along axes; a repeated element gets the sum of its copies' gradients.</summary>
internal sealed class CopyNode : OperatorNode
{
    private GradientInput _ofX;

    public override string Name => "copy";

    internal void Fill(Tensor x) => _ofX = Input(x);

    public override void Backward()
    {
        if (_ofX.Shape == OutputGradient.Shape)
        {
            PassOn(_ofX);
        }
        else
        {
            SumTo(_ofX, OutputGradient);
        }
    }
}
