using PlamoNative.Kernels;

namespace PlamoNative.Autograd;

/// <summary>Finds the operation that a bad gradient comes from.</summary>
internal static class Anomalies
{
    /// <summary>Looks at the gradient that an operation was given.</summary>
    /// <exception cref="ArithmeticException">An element is not a number, or infinite.</exception>
    internal static void Check(Node node)
    {
        if (!double.IsFinite(GradientNorm.SumOfSquares([node.OutputGradient])))
        {
            throw new ArithmeticException($"the gradient that reached {node.Place} holds an element that is not a number or infinite");
        }
    }
}
