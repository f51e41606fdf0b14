using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Autograd;

/// <summary>y = f(left, right) with broadcasting; keeps what the other side's gradient needs. A side that was broadcast gets the sum over its copies.</summary>
internal sealed class BinaryNode : OperatorNode
{
    private BinaryFunction _function;
    private SavedTensor _left;
    private SavedTensor _right;
    private GradientInput _ofLeft;
    private GradientInput _ofRight;

    public override string Name => _function switch
    {
        BinaryFunction.Add => "add",
        BinaryFunction.Subtract => "subtract",
        BinaryFunction.Multiply => "multiply",
        BinaryFunction.Divide => "divide",
        BinaryFunction.Minimum => "minimum",
        _ => "maximum",
    };

    private bool IsLinear => _function is BinaryFunction.Add or BinaryFunction.Subtract;

    internal void Fill(BinaryFunction function, Tensor left, Tensor right)
    {
        _function = function;
        (_ofLeft, _ofRight) = (Input(left), Input(right));
        if (IsLinear)
        {
            return;
        }

        var isProduct = function == BinaryFunction.Multiply;
        _left = _ofRight.IsNeeded || !(isProduct || function == BinaryFunction.Divide) ? Save(left) : default;
        _right = _ofLeft.IsNeeded || !isProduct ? Save(right) : default;
    }

    public override void Backward()
    {
        if (_ofLeft.IsNeeded)
        {
            Give(_ofLeft, isLeft: true);
        }

        if (_ofRight.IsNeeded)
        {
            Give(_ofRight, isLeft: false);
        }
    }

    private void Give(in GradientInput input, bool isLeft)
    {
        var gradient = OutputGradient;
        var isBroadcast = input.Shape != gradient.Shape;
        if (_function == BinaryFunction.Add || (_function == BinaryFunction.Subtract && isLeft))
        {
            if (isBroadcast)
            {
                SumTo(input, gradient);
            }
            else
            {
                PassOn(input);
            }

            return;
        }

        if (!isBroadcast)
        {
            using var target = input.Target(Tape, out var accumulate);
            Compute(isLeft, gradient, target, accumulate);
            return;
        }

        using var whole = Tape.Scratch.Allocate(gradient.Shape, gradient.DType);
        Compute(isLeft, gradient, whole, accumulate: false);
        SumTo(input, whole);
    }

    private void Compute(bool isLeft, Tensor gradient, Tensor target, bool accumulate)
    {
        // What was not saved is not looked at: a product's own factor, and the terms of a sum.
        var left = IsLinear || (isLeft && _function is (BinaryFunction.Multiply or BinaryFunction.Divide)) ? gradient : _left.Value;
        var right = IsLinear || (!isLeft && _function == BinaryFunction.Multiply) ? gradient : _right.Value;
        if (isLeft)
        {
            Pointwise.LeftGradient(_function, gradient, left, right, target, accumulate);
        }
        else
        {
            Pointwise.RightGradient(_function, gradient, left, right, target, accumulate);
        }
    }
}
