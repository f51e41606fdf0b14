using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>Softmax and log-softmax along any axis, and their gradients. The rules of <see cref="Reduction"/> hold; outputs may be dense inputs themselves.</summary>
public static class AxisSoftmax
{
    /// <summary>output = e^(x - max x) / Σ e^(x - max x). A row of only -infinity, or with +infinity or NaN, gives NaN.</summary>
    /// <param name="x">Any shape; along the innermost axis the row kernel runs, which reads the row once.</param>
    /// <param name="axis">The axis along which results sum to 1.</param>
    /// <param name="output">As the input.</param>
    public static void Forward(Tensor x, int axis, Tensor output)
    {
        Check(nameof(AxisSoftmax), x, axis, output);
        if (axis == x.Shape.Rank - 1 && output.IsContiguous)
        {
            // Of rows that are not dense a copy is made first, so that strides do not choose the kernel.
            var isDense = x.IsContiguous;
            if (!isDense)
            {
                Pointwise.Copy(x, output);
            }

            Softmax.Forward(isDense ? x : output, output);
            return;
        }

        using var shift = Kept(x, axis);
        using var sum = Kept(x, axis);
        Reduction.Max(x, [axis], shift);
        Reduction.Exponentials(x, shift, 1 << axis, sum);
        PointwiseKernel<SoftmaxOperators.Softmax>.Run(default, x, shift, sum, output, accumulate: false);
    }

    /// <summary>output (+)= y (gradient - Σ gradient y), y being the forward output.</summary>
    public static void Gradient(Tensor gradient, Tensor y, int axis, Tensor output, bool accumulate = false)
    {
        Check(nameof(AxisSoftmax), y, axis, output);
        PointwiseChecks.Input(nameof(AxisSoftmax), nameof(gradient), gradient, output);
        using var dot = Kept(y, axis);
        Reduction.Dot(y, gradient, [axis], dot);
        PointwiseKernel<SoftmaxOperators.SoftmaxGradient>.Run(default, gradient, y, dot, output, accumulate);
    }

    /// <summary>output = x - max x - ln Σ e^(x - max x).</summary>
    public static void LogForward(Tensor x, int axis, Tensor output)
    {
        Check(nameof(LogForward), x, axis, output);
        using var shift = Kept(x, axis);
        using var sum = Kept(x, axis);
        Reduction.Max(x, [axis], shift);
        Reduction.Exponentials(x, shift, 1 << axis, sum);
        Pointwise.Unary(UnaryFunction.Log, sum, sum);
        PointwiseKernel<SoftmaxOperators.LogSoftmax>.Run(default, x, shift, sum, output, accumulate: false);
    }

    /// <summary>output (+)= gradient - e^y Σ gradient, y being the forward output of <see cref="LogForward"/>.</summary>
    public static void LogGradient(Tensor gradient, Tensor y, int axis, Tensor output, bool accumulate = false)
    {
        Check(nameof(LogGradient), y, axis, output);
        PointwiseChecks.Input(nameof(LogGradient), nameof(gradient), gradient, output);
        using var expanded = gradient.Expand(y.Shape);
        using var sum = Kept(y, axis);
        Reduction.Sum(expanded, [axis], sum);
        PointwiseKernel<SoftmaxOperators.LogSoftmaxGradient>.Run(default, gradient, y, sum, output, accumulate);
    }

    private static Tensor Kept(Tensor x, int axis) => Tensor.Allocate(x.Device, x.Shape.With(axis, 1), x.DType);

    private static void Check(string operation, Tensor x, int axis, Tensor output)
    {
        PointwiseChecks.Output(operation, output);
        PointwiseChecks.SameDType(operation, nameof(x), x, output);
        ReductionChecks.Axis(x, axis);
        if (x.Shape != output.Shape)
        {
            Throw.ShapeMismatch(operation, nameof(output), x.Shape.ToString(), output.Shape.ToString());
        }
    }
}
