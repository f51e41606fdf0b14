namespace PlamoNative.Kernels;

/// <summary>Functions of one element, for <see cref="Pointwise"/>.</summary>
public enum UnaryFunction
{
    /// <summary>|x|; derivative 0 at 0.</summary>
    Abs,

    /// <summary>e^x.</summary>
    Exp,

    /// <summary>Natural logarithm.</summary>
    Log,

    /// <summary>Square root.</summary>
    Sqrt,

    /// <summary>Sine of radians up to 2^30 in magnitude; NaN beyond.</summary>
    Sin,

    /// <summary>Cosine of radians up to 2^30 in magnitude; NaN beyond.</summary>
    Cos,

    /// <summary>Hyperbolic tangent.</summary>
    Tanh,

    /// <summary>1 / (1 + e^-x).</summary>
    Sigmoid,

    /// <summary>ln(1 + e^x).</summary>
    Softplus,

    /// <summary>x sigmoid(x).</summary>
    Silu,

    /// <summary>x Φ(x), the exact form with erf.</summary>
    Gelu,

    /// <summary>x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2.</summary>
    GeluTanh,

    /// <summary>max(x, 0); derivative 0 at 0.</summary>
    Relu,
}
