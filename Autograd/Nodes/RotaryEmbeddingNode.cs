using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Autograd;

/// <summary>Rotary embedding; the gradient is turned back.</summary>
internal sealed class RotaryEmbeddingNode : Node
{
    private long[] _positions = [];
    private int _count;
    private double _theta;
    private GradientInput _ofInput;

    public override string Name => "rotary embedding";

    internal void Fill(Tensor input, ReadOnlySpan<long> positions, double theta)
    {
        if (_positions.Length < positions.Length)
        {
            _positions = new long[positions.Length];
        }

        positions.CopyTo(_positions);
        (_count, _theta) = (positions.Length, theta);
        _ofInput = Input(input);
    }

    public override void Backward()
    {
        using var writer = _ofInput.Overwrite(Tape);
        RotaryEmbeddingBackward.Run(OutputGradient, _positions.AsSpan(0, _count), _theta, writer.Tensor);
    }
}
