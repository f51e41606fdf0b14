using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>
/// General element-wise operators with broadcasting: output[i] (+)= f(inputs[i]). Tensors are float32 or float64, all of one type, of any rank and with any
/// strides; an input is broadcast to the output's shape (aligned at the innermost axis, sizes of 1 repeated).
/// </summary>
/// <remarks>
/// An output has no two elements at one address; it may be an input under the same strides. With <c>accumulate</c> the result is added to what the output holds:
/// that is how gradients meet. Same bits whatever the thread count and the vector width. Every method throws <see cref="ShapeMismatchException"/> where shapes do not broadcast
/// and <see cref="DTypeMismatchException"/> where types differ.
/// </remarks>
public static class Pointwise
{
    /// <summary>output (+)= f(x).</summary>
    public static void Unary(UnaryFunction function, Tensor x, Tensor output, bool accumulate = false)
    {
        PointwiseChecks.Output(nameof(Unary), output);
        PointwiseChecks.Input(nameof(Unary), nameof(x), x, output);
        UnaryDispatch.Forward(function, x, output, accumulate);
    }

    /// <summary>Whether <see cref="UnaryGradient"/> of the function takes its output (the square root, exp, …) or its input.</summary>
    public static bool SavesOutput(UnaryFunction function) =>
        function is UnaryFunction.Exp or UnaryFunction.Sqrt or UnaryFunction.Tanh or UnaryFunction.Sigmoid or UnaryFunction.Relu;

    /// <summary>output (+)= gradient · f'.</summary>
    /// <param name="function">The function.</param>
    /// <param name="gradient">The gradient of its output.</param>
    /// <param name="saved">Its output or its input, as <see cref="SavesOutput"/> says.</param>
    /// <param name="output">The gradient of its input.</param>
    /// <param name="accumulate">Add to what the output holds.</param>
    public static void UnaryGradient(UnaryFunction function, Tensor gradient, Tensor saved, Tensor output, bool accumulate = false)
    {
        PointwiseChecks.Output(nameof(UnaryGradient), output);
        PointwiseChecks.Input(nameof(UnaryGradient), nameof(gradient), gradient, output);
        PointwiseChecks.Input(nameof(UnaryGradient), nameof(saved), saved, output);
        UnaryDispatch.Gradient(function, gradient, saved, output, accumulate);
    }

    /// <summary>output (+)= f(left, right).</summary>
    public static void Binary(BinaryFunction function, Tensor left, Tensor right, Tensor output, bool accumulate = false)
    {
        PointwiseChecks.Output(nameof(Binary), output);
        PointwiseChecks.Input(nameof(Binary), nameof(left), left, output);
        PointwiseChecks.Input(nameof(Binary), nameof(right), right, output);
        BinaryDispatch.Run(function, BinaryPart.Value, left, right, null, output, accumulate);
    }

    /// <summary>output (+)= what <paramref name="gradient"/> passes to <paramref name="left"/>; where left was broadcast, sum the output with <see cref="Reduction.SumTo"/>.</summary>
    public static void LeftGradient(BinaryFunction function, Tensor gradient, Tensor left, Tensor right, Tensor output, bool accumulate = false) =>
        BinaryGradient(function, BinaryPart.Left, gradient, left, right, output, accumulate);

    /// <summary>As <see cref="LeftGradient"/>, to <paramref name="right"/>.</summary>
    public static void RightGradient(BinaryFunction function, Tensor gradient, Tensor left, Tensor right, Tensor output, bool accumulate = false) =>
        BinaryGradient(function, BinaryPart.Right, gradient, left, right, output, accumulate);

    /// <summary>output (+)= x, to and from any strides.</summary>
    public static void Copy(Tensor x, Tensor output, bool accumulate = false)
    {
        PointwiseChecks.Output(nameof(Copy), output);
        PointwiseChecks.Input(nameof(Copy), nameof(x), x, output);
        PointwiseKernel<ConstantOperators.Identity>.Run(default, x, null, null, output, accumulate);
    }

    /// <summary>output = value everywhere.</summary>
    public static void Fill(Tensor output, double value)
    {
        PointwiseChecks.Output(nameof(Fill), output);
        PointwiseKernel<ConstantOperators.Constant>.Run(new ConstantOperators.Constant(value), output, null, null, output, accumulate: false, value);
    }

    /// <summary>output (+)= scale · x + shift, rounded once.</summary>
    public static void Affine(Tensor x, double scale, double shift, Tensor output, bool accumulate = false)
    {
        PointwiseChecks.Output(nameof(Affine), output);
        PointwiseChecks.Input(nameof(Affine), nameof(x), x, output);
        if (shift == 0)
        {
            PointwiseKernel<ConstantOperators.Scale>.Run(new ConstantOperators.Scale(scale), x, null, null, output, accumulate, scale);
        }
        else
        {
            PointwiseKernel<ConstantOperators.Affine>.Run(new ConstantOperators.Affine(scale, shift), x, null, null, output, accumulate, scale, shift);
        }
    }

    /// <summary>output (+)= x^exponent: of a negative x only for whole exponents up to 64 in magnitude, NaN otherwise.</summary>
    public static void Power(Tensor x, double exponent, Tensor output, bool accumulate = false)
    {
        PointwiseChecks.Output(nameof(Power), output);
        PointwiseChecks.Input(nameof(Power), nameof(x), x, output);
        PointwiseKernel<ConstantOperators.Power>.Run(new ConstantOperators.Power(exponent), x, null, null, output, accumulate, exponent, DoubleFunctions.IsWhole(exponent) ? 1 : 0);
    }

    /// <summary>output (+)= gradient · exponent · x^(exponent - 1).</summary>
    public static void PowerGradient(double exponent, Tensor gradient, Tensor x, Tensor output, bool accumulate = false)
    {
        PointwiseChecks.Output(nameof(PowerGradient), output);
        PointwiseChecks.Input(nameof(PowerGradient), nameof(gradient), gradient, output);
        PointwiseChecks.Input(nameof(PowerGradient), nameof(x), x, output);
        PointwiseKernel<ConstantOperators.PowerGradient>.Run(
            new ConstantOperators.PowerGradient(exponent), gradient, x, null, output, accumulate, exponent, DoubleFunctions.IsWhole(exponent - 1) ? 1 : 0);
    }

    /// <summary>output (+)= condition is not 0 ? yes : no; the condition is of the tensors' type, and a NaN in it counts as 0.</summary>
    public static void Where(Tensor condition, Tensor yes, Tensor no, Tensor output, bool accumulate = false)
    {
        PointwiseChecks.Output(nameof(Where), output);
        PointwiseChecks.Input(nameof(Where), nameof(condition), condition, output);
        PointwiseChecks.Input(nameof(Where), nameof(yes), yes, output);
        PointwiseChecks.Input(nameof(Where), nameof(no), no, output);
        PointwiseKernel<ConstantOperators.Select>.Run(default, condition, yes, no, output, accumulate);
    }

    /// <summary>output (+)= gradient where the condition chose <c>yes</c> (or <c>no</c>, when <paramref name="chosen"/> is false), 0 elsewhere.</summary>
    public static void WhereGradient(bool chosen, Tensor gradient, Tensor condition, Tensor output, bool accumulate = false)
    {
        PointwiseChecks.Output(nameof(WhereGradient), output);
        PointwiseChecks.Input(nameof(WhereGradient), nameof(gradient), gradient, output);
        PointwiseChecks.Input(nameof(WhereGradient), nameof(condition), condition, output);
        PointwiseKernel<ConstantOperators.SelectGradient>.Run(
            new ConstantOperators.SelectGradient(chosen), condition, gradient, null, output, accumulate, chosen ? 1 : 0);
    }

    private static void BinaryGradient(
        BinaryFunction function, BinaryPart part, Tensor gradient, Tensor left, Tensor right, Tensor output, bool accumulate)
    {
        var operation = part == BinaryPart.Left ? nameof(LeftGradient) : nameof(RightGradient);
        PointwiseChecks.Output(operation, output);
        PointwiseChecks.Input(operation, nameof(gradient), gradient, output);
        PointwiseChecks.Input(operation, nameof(left), left, output);
        PointwiseChecks.Input(operation, nameof(right), right, output);
        BinaryDispatch.Run(function, part, gradient, left, right, output, accumulate);
    }
}
