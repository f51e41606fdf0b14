using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Autograd;

/// <summary>SiLU(gate) · up; keeps gate and up.</summary>
internal sealed class SwiGluNode : Node
{
    private SavedTensor _gateUp;
    private GradientInput _ofGateUp;

    public override string Name => "SwiGLU";

    internal void Fill(Tensor gateUp)
    {
        _ofGateUp = Input(gateUp);
        _gateUp = Save(gateUp);
    }

    public override void Backward()
    {
        using var gradient = new OverwriteTarget(this, _ofGateUp, _gateUp.Value);
        SwiGluBackward.Run(_gateUp.Value, OutputGradient, gradient.Tensor);
    }
}
