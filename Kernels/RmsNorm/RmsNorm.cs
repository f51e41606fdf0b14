using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>RMS norm over the innermost axis: <c>y = x (mean x² + epsilon)^(-1/2) (weight + offset)</c>. The kernel is in RmsNorm.Cpu.cs.</summary>
internal static partial class RmsNorm
{
    /// <summary>Runs the operator.</summary>
    /// <param name="input">[T, D], or [T, H, P]; outer axes may be strided.</param>
    /// <param name="weight">[D], or [H, P]; of the input's type.</param>
    /// <param name="offset">Added to the weight.</param>
    /// <param name="epsilon">Added to the mean square.</param>
    /// <param name="output">As the input, dense; may be a dense input itself.</param>
    public static unsafe void Forward(Tensor input, Tensor weight, double offset, double epsilon, Tensor output)
    {
        OperatorChecks.Activation(nameof(RmsNorm), nameof(input), input);
        if (input.Shape.Rank is not (2 or 3))
        {
            Throw.ShapeMismatch(nameof(RmsNorm), nameof(input), "[T, D] or [T, H, P]", input.Shape.ToString());
        }

        var heads = input.Shape.Rank == 3 ? input.Shape[1] : 1;
        var expected = input.Shape.Rank == 3 ? new Shape(heads, input.Shape[2]) : new Shape(input.Shape[1]);
        OperatorChecks.Dense(nameof(RmsNorm), nameof(weight), weight, expected, input.DType);
        OperatorChecks.Dense(nameof(RmsNorm), nameof(output), output, input.Shape, input.DType);
        if (output.Device is CudaDevice device)
        {
            OnGpu(device, input, weight, checked((int)heads), offset, epsilon, output);
            return;
        }

        var workers = OperatorChecks.Workers(nameof(RmsNorm), output);
        var rows = new RowView(input);
        if (rows.Width == 0)
        {
            return;
        }

        var kernel = new Kernel
        {
            Input = rows, Output = new RowView(output), Weight = weight.Pointer, Heads = checked((int)heads), Offset = offset, Epsilon = epsilon,
        };
        SimdKernelRunner.Run(workers, kernel, input.DType, rows.Rows, 2L * rows.Width);
    }
}
