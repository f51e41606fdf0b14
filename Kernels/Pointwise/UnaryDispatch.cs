using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>From the name of a function of one element to its compiled loop.</summary>
internal static class UnaryDispatch
{
    /// <summary>output (+)= f(x).</summary>
    public static void Forward(UnaryFunction function, Tensor x, Tensor output, bool accumulate)
    {
        switch (function)
        {
            case UnaryFunction.Abs:
                Forward<UnaryFunctions.Abs>(x, output, accumulate);
                break;
            case UnaryFunction.Exp:
                Forward<UnaryFunctions.Exp>(x, output, accumulate);
                break;
            case UnaryFunction.Log:
                Forward<UnaryFunctions.Log>(x, output, accumulate);
                break;
            case UnaryFunction.Sqrt:
                Forward<UnaryFunctions.Sqrt>(x, output, accumulate);
                break;
            case UnaryFunction.Sin:
                Forward<AngleFunctions.Sin>(x, output, accumulate);
                break;
            case UnaryFunction.Cos:
                Forward<AngleFunctions.Cos>(x, output, accumulate);
                break;
            case UnaryFunction.Tanh:
                Forward<UnaryFunctions.Tanh>(x, output, accumulate);
                break;
            case UnaryFunction.Sigmoid:
                Forward<UnaryFunctions.Sigmoid>(x, output, accumulate);
                break;
            case UnaryFunction.Softplus:
                Forward<UnaryFunctions.Softplus>(x, output, accumulate);
                break;
            case UnaryFunction.Silu:
                Forward<UnaryFunctions.Silu>(x, output, accumulate);
                break;
            case UnaryFunction.Gelu:
                Forward<GeluFunctions.Gelu>(x, output, accumulate);
                break;
            case UnaryFunction.GeluTanh:
                Forward<GeluFunctions.GeluTanh>(x, output, accumulate);
                break;
            case UnaryFunction.Relu:
                Forward<UnaryFunctions.Relu>(x, output, accumulate);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(function), function, "no such function");
        }
    }

    /// <summary>output (+)= gradient · f'.</summary>
    public static void Gradient(UnaryFunction function, Tensor gradient, Tensor saved, Tensor output, bool accumulate)
    {
        switch (function)
        {
            case UnaryFunction.Abs:
                Gradient<UnaryFunctions.Abs>(gradient, saved, output, accumulate);
                break;
            case UnaryFunction.Exp:
                Gradient<UnaryFunctions.Exp>(gradient, saved, output, accumulate);
                break;
            case UnaryFunction.Log:
                Gradient<UnaryFunctions.Log>(gradient, saved, output, accumulate);
                break;
            case UnaryFunction.Sqrt:
                Gradient<UnaryFunctions.Sqrt>(gradient, saved, output, accumulate);
                break;
            case UnaryFunction.Sin:
                Gradient<AngleFunctions.Sin>(gradient, saved, output, accumulate);
                break;
            case UnaryFunction.Cos:
                Gradient<AngleFunctions.Cos>(gradient, saved, output, accumulate);
                break;
            case UnaryFunction.Tanh:
                Gradient<UnaryFunctions.Tanh>(gradient, saved, output, accumulate);
                break;
            case UnaryFunction.Sigmoid:
                Gradient<UnaryFunctions.Sigmoid>(gradient, saved, output, accumulate);
                break;
            case UnaryFunction.Softplus:
                Gradient<UnaryFunctions.Softplus>(gradient, saved, output, accumulate);
                break;
            case UnaryFunction.Silu:
                Gradient<UnaryFunctions.Silu>(gradient, saved, output, accumulate);
                break;
            case UnaryFunction.Gelu:
                Gradient<GeluFunctions.Gelu>(gradient, saved, output, accumulate);
                break;
            case UnaryFunction.GeluTanh:
                Gradient<GeluFunctions.GeluTanh>(gradient, saved, output, accumulate);
                break;
            case UnaryFunction.Relu:
                Gradient<UnaryFunctions.Relu>(gradient, saved, output, accumulate);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(function), function, "no such function");
        }
    }

    private static void Forward<TFunction>(Tensor x, Tensor output, bool accumulate)
        where TFunction : struct, IUnaryFunction =>
        PointwiseKernel<IUnaryFunction.Forward<TFunction>>.Run(default, x, null, null, output, accumulate);

    private static void Gradient<TFunction>(Tensor gradient, Tensor saved, Tensor output, bool accumulate)
        where TFunction : struct, IUnaryFunction =>
        PointwiseKernel<IUnaryFunction.Gradient<TFunction>>.Run(default, gradient, saved, null, output, accumulate);
}
