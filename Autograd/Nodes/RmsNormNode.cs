using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Autograd;

/// <summary>RMS norm; keeps its input and computes the root mean square again.</summary>
internal sealed class RmsNormNode : Node
{
    private SavedTensor _input;
    private SavedTensor _weight;
    private GradientInput _ofInput;
    private GradientInput _ofWeight;
    private double _offset;
    private double _epsilon;

    public override string Name => "RMS norm";

    internal void Fill(Tensor input, Tensor weight, double offset, double epsilon)
    {
        (_ofInput, _ofWeight) = (Input(input), Input(weight));
        (_input, _weight) = (Save(input), Save(weight));
        (_offset, _epsilon) = (offset, epsilon);
    }

    public override void Backward()
    {
        using var weightGradient = new KernelTarget(this, _ofWeight, _weight.Value, zero: true);
        using var inputGradient = new KernelTarget(this, _ofInput, _input.Value, zero: false);
        RmsNormBackward.Run(
            _input.Value, _weight.Value, _offset, _epsilon, OutputGradient, inputGradient.Tensor, inputGradient.Accumulates, weightGradient.Tensor);
    }
}
