using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>What of a function of two elements is wanted.</summary>
internal enum BinaryPart
{
    /// <summary>The function itself, of (left, right).</summary>
    Value,

    /// <summary>The gradient of left, of (gradient, left, right).</summary>
    Left,

    /// <summary>The gradient of right, of (gradient, left, right).</summary>
    Right,
}

/// <summary>From the name of a function of two elements to its compiled loop.</summary>
internal static class BinaryDispatch
{
    /// <summary>output (+)= the wanted part.</summary>
    public static void Run(BinaryFunction function, BinaryPart part, Tensor x, Tensor y, Tensor? z, Tensor output, bool accumulate)
    {
        switch (function)
        {
            case BinaryFunction.Add:
                Run<BinaryFunctions.Add>(part, x, y, z, output, accumulate);
                break;
            case BinaryFunction.Subtract:
                Run<BinaryFunctions.Subtract>(part, x, y, z, output, accumulate);
                break;
            case BinaryFunction.Multiply:
                Run<BinaryFunctions.Multiply>(part, x, y, z, output, accumulate);
                break;
            case BinaryFunction.Divide:
                Run<BinaryFunctions.Divide>(part, x, y, z, output, accumulate);
                break;
            case BinaryFunction.Minimum:
                Run<BinaryFunctions.Minimum>(part, x, y, z, output, accumulate);
                break;
            case BinaryFunction.Maximum:
                Run<BinaryFunctions.Maximum>(part, x, y, z, output, accumulate);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(function), function, "no such function");
        }
    }

    private static void Run<TFunction>(BinaryPart part, Tensor x, Tensor y, Tensor? z, Tensor output, bool accumulate)
        where TFunction : struct, IBinaryFunction
    {
        switch (part)
        {
            case BinaryPart.Value:
                PointwiseKernel<IBinaryFunction.Forward<TFunction>>.Run(default, x, y, z, output, accumulate);
                break;
            case BinaryPart.Left:
                PointwiseKernel<IBinaryFunction.LeftGradient<TFunction>>.Run(default, x, y, z, output, accumulate);
                break;
            default:
                PointwiseKernel<IBinaryFunction.RightGradient<TFunction>>.Run(default, x, y, z, output, accumulate);
                break;
        }
    }
}
