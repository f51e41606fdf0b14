using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Autograd;

/// <summary>Depthwise causal convolution and SiLU over whole sequences; keeps its input and convolves again.</summary>
internal sealed class CausalConv1dNode : Node
{
    private SavedTensor _input;
    private SavedTensor _weight;
    private GradientInput _ofInput;
    private GradientInput _ofWeight;
    private SequenceOffsets _offsets = SequenceOffsets.Single(0);

    public override string Name => "causal convolution";

    internal void Fill(Tensor input, Tensor weight, SequenceOffsets offsets)
    {
        (_ofInput, _ofWeight) = (Input(input), Input(weight));
        (_input, _weight) = (Save(input), Save(weight));
        _offsets = offsets;
    }

    public override void Backward()
    {
        using var input = new OverwriteTarget(this, _ofInput, _input.Value);
        using var weight = new KernelTarget(this, _ofWeight, _weight.Value, zero: true);
        CausalConv1dBackward.Run(_input.Value, _weight.Value, _offsets, OutputGradient, input.Tensor, weight.Tensor);
    }
}
