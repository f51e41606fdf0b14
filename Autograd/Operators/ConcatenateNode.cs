using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Autograd;

/// <summary>Tensors one after another along an axis; each gets its slice of the gradient. Keeps nothing.</summary>
internal sealed class ConcatenateNode : OperatorNode
{
    private readonly List<(GradientInput Input, long Length)> _parts = [];
    private int _axis;

    public override string Name => "concatenate";

    internal void Begin(int axis)
    {
        _axis = axis;
        _parts.Clear();
    }

    internal void Append(Tensor part) => _parts.Add((Input(part), part.Shape[_axis]));

    public override void Backward()
    {
        var start = 0L;
        foreach (var (input, length) in _parts)
        {
            if (input.IsNeeded && length > 0)
            {
                using var slice = OutputGradient.Narrow(_axis, start, length);
                using var target = input.Target(Tape, out var accumulate);
                Pointwise.Copy(slice, target, accumulate);
            }

            start += length;
        }
    }
}
