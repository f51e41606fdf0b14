using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Autograd;

/// <summary>C = op(A) · op(B) over broadcast leading axes; keeps each operand that the other's gradient needs. dA = dC · op(B)ᵀ, dB = op(A)ᵀ · dC, or both transposed.</summary>
internal sealed class MatMulNode : OperatorNode
{
    private bool _transposeA;
    private bool _transposeB;
    private SavedTensor _a;
    private SavedTensor _b;
    private GradientInput _ofA;
    private GradientInput _ofB;

    public override string Name => "matmul";

    internal void Fill(Tensor a, bool transposeA, Tensor b, bool transposeB)
    {
        (_transposeA, _transposeB) = (transposeA, transposeB);
        (_ofA, _ofB) = (Input(a), Input(b));
        _a = _ofB.IsNeeded ? Save(a) : default;
        _b = _ofA.IsNeeded ? Save(b) : default;
    }

    public override void Backward()
    {
        var gradient = OutputGradient;
        if (_ofA.IsNeeded)
        {
            using var target = _ofA.Target(Tape, out var accumulate);
            if (_transposeA)
            {
                MatMul.Run(_b.Value, _transposeB, gradient, true, target, accumulate);
            }
            else
            {
                MatMul.Run(gradient, false, _b.Value, !_transposeB, target, accumulate);
            }
        }

        if (_ofB.IsNeeded)
        {
            using var target = _ofB.Target(Tape, out var accumulate);
            if (_transposeB)
            {
                MatMul.Run(gradient, true, _a.Value, _transposeA, target, accumulate);
            }
            else
            {
                MatMul.Run(_a.Value, !_transposeA, gradient, false, target, accumulate);
            }
        }
    }
}
