using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Autograd;

/// <summary>y = f(x); keeps y where the derivative is known from it, else x.</summary>
internal sealed class UnaryNode : OperatorNode
{
    private UnaryFunction _function;
    private SavedTensor _saved;
    private GradientInput _ofX;

    public override string Name => _function switch
    {
        UnaryFunction.Abs => "abs",
        UnaryFunction.Exp => "exp",
        UnaryFunction.Log => "log",
        UnaryFunction.Sqrt => "sqrt",
        UnaryFunction.Sin => "sin",
        UnaryFunction.Cos => "cos",
        UnaryFunction.Tanh => "tanh",
        UnaryFunction.Sigmoid => "sigmoid",
        UnaryFunction.Softplus => "softplus",
        UnaryFunction.Silu => "SiLU",
        UnaryFunction.Relu => "ReLU",
        _ => "GELU",
    };

    internal void Fill(UnaryFunction function, Tensor x)
    {
        _function = function;
        _ofX = Input(x);
        if (!Pointwise.SavesOutput(function))
        {
            _saved = Save(x);
        }
    }

    /// <summary>Keeps the recorded output, so that a later change of it in place is found.</summary>
    internal void Keep(Tensor output)
    {
        if (Pointwise.SavesOutput(_function))
        {
            _saved = Save(output);
        }
    }

    public override void Backward()
    {
        using var target = _ofX.Target(Tape, out var accumulate);
        Pointwise.UnaryGradient(_function, OutputGradient, _saved.Value, target, accumulate);
    }
}
