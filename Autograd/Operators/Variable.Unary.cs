using PlamoNative.Kernels;

namespace PlamoNative.Autograd;

/// <content>Functions of one variable, element by element.</content>
public sealed partial class Variable
{
    /// <summary>|x|; derivative 0 at 0.</summary>
    public Variable Abs() => Unary(UnaryFunction.Abs);

    /// <summary>e^x.</summary>
    public Variable Exp() => Unary(UnaryFunction.Exp);

    /// <summary>Natural logarithm.</summary>
    public Variable Log() => Unary(UnaryFunction.Log);

    /// <summary>Square root.</summary>
    public Variable Sqrt() => Unary(UnaryFunction.Sqrt);

    /// <summary>Sine of radians up to 2^30 in magnitude; NaN beyond.</summary>
    public Variable Sin() => Unary(UnaryFunction.Sin);

    /// <summary>Cosine of radians up to 2^30 in magnitude; NaN beyond.</summary>
    public Variable Cos() => Unary(UnaryFunction.Cos);

    /// <summary>Hyperbolic tangent.</summary>
    public Variable Tanh() => Unary(UnaryFunction.Tanh);

    /// <summary>1 / (1 + e^-x).</summary>
    public Variable Sigmoid() => Unary(UnaryFunction.Sigmoid);

    /// <summary>ln(1 + e^x).</summary>
    public Variable Softplus() => Unary(UnaryFunction.Softplus);

    /// <summary>x / (1 + e^-x).</summary>
    public Variable Silu() => Unary(UnaryFunction.Silu);

    /// <summary>x Φ(x) = x (1 + erf(x / √2)) / 2.</summary>
    public Variable Gelu() => Unary(UnaryFunction.Gelu);

    /// <summary>x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2.</summary>
    public Variable GeluTanh() => Unary(UnaryFunction.GeluTanh);

    /// <summary>max(x, 0); derivative 0 at 0.</summary>
    public Variable Relu() => Unary(UnaryFunction.Relu);

    /// <summary>x to a constant power: of a negative x only for whole exponents up to 64 in magnitude, NaN otherwise.</summary>
    public Variable Power(double exponent)
    {
        var output = Tape.Values.Allocate(Shape, DType);
        Pointwise.Power(Value, exponent, output);
        if (Tape.Needs(Value))
        {
            var node = Tape.Rent<PowerNode>();
            node.Fill(Value, exponent);
            Tape.Record(node, output);
        }

        return new(Tape, output);
    }

    private Variable Unary(UnaryFunction function)
    {
        var output = Tape.Values.Allocate(Shape, DType);
        Pointwise.Unary(function, Value, output);
        if (Tape.Needs(Value))
        {
            var node = Tape.Rent<UnaryNode>();
            node.Fill(function, Value);
            Tape.Record(node, output);
            node.Keep(output);
        }

        return new(Tape, output);
    }
}
