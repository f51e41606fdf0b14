using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Autograd;

/// <summary>y = condition is not 0 ? yes : no; keeps the condition.</summary>
internal sealed class WhereNode : OperatorNode
{
    private SavedTensor _condition;
    private GradientInput _ofYes;
    private GradientInput _ofNo;

    public override string Name => "where";

    internal void Fill(Tensor condition, Tensor yes, Tensor no)
    {
        (_ofYes, _ofNo) = (Input(yes), Input(no));
        _condition = Save(condition);
    }

    public override void Backward()
    {
        if (_ofYes.IsNeeded)
        {
            Give(_ofYes, chosen: true);
        }

        if (_ofNo.IsNeeded)
        {
            Give(_ofNo, chosen: false);
        }
    }

    private void Give(in GradientInput input, bool chosen)
    {
        var gradient = OutputGradient;
        if (input.Shape == gradient.Shape)
        {
            using var target = input.Target(Tape, out var accumulate);
            Pointwise.WhereGradient(chosen, gradient, _condition.Value, target, accumulate);
            return;
        }

        using var whole = Tape.Scratch.Allocate(gradient.Shape, gradient.DType);
        Pointwise.WhereGradient(chosen, gradient, _condition.Value, whole);
        SumTo(input, whole);
    }
}
