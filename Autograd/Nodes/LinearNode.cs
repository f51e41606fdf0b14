using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Autograd;

/// <summary>y = x · weightᵀ. Keeps x; the weight is read where it lies.</summary>
internal sealed class LinearNode : Node
{
    private SavedTensor _input;
    private SavedTensor _weight;
    private GradientInput _ofInput;
    private GradientInput _ofWeight;

    public override string Name => "linear";

    internal void Fill(Tensor input, Tensor weight)
    {
        (_ofInput, _ofWeight) = (Input(input), Input(weight));
        _input = _ofWeight.IsNeeded ? Save(input) : default;
        _weight = Save(weight);
    }

    public override void Backward()
    {
        if (_ofInput.IsNeeded)
        {
            using var target = _ofInput.Target(Tape, out var accumulate);
            LinearBackward.Input(OutputGradient, _weight.Value, target, accumulate);
        }

        if (_ofWeight.IsNeeded)
        {
            using var target = _ofWeight.Accumulator(Tape);
            LinearBackward.Weight(OutputGradient, _input.Value, target);
        }
    }
}
