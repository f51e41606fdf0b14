using System.Runtime.CompilerServices;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>output = left + right, element by element: the residual connections.</summary>
internal static partial class Add
{
    /// <summary>Runs the operator.</summary>
    /// <param name="left">Any shape, rows dense.</param>
    /// <param name="right">As <paramref name="left"/>.</param>
    /// <param name="output">As <paramref name="left"/>, dense; may be either input.</param>
    public static void Forward(Tensor left, Tensor right, Tensor output)
    {
        OperatorChecks.Activation(nameof(Add), nameof(left), left);
        OperatorChecks.Activation(nameof(Add), nameof(right), right, left.Shape, left.DType);
        OperatorChecks.Dense(nameof(Add), nameof(output), output, left.Shape, left.DType);
        if (output.Device is CudaDevice device)
        {
            OnGpu(device, left, right, output);
            return;
        }

        var workers = OperatorChecks.Workers(nameof(Add), output);
        var flat = left.IsContiguous && right.IsContiguous;
        var kernel = new BinaryKernel<Sum>
        {
            Left = flat ? RowView.Flat(left) : new RowView(left),
            Right = flat ? RowView.Flat(right) : new RowView(right),
            Output = flat ? RowView.Flat(output) : new RowView(output),
        };
        SimdKernelRunner.Run(workers, kernel, left.DType, kernel.Output.Rows * kernel.Blocks, Math.Min(BinaryKernel<Sum>.BlockSize, kernel.Output.Width));
    }

    /// <summary>left + right.</summary>
    internal readonly struct Sum : IBinaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Invoke<TSimd, TVector>(TVector left, TVector right)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Add(left, right);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static double Invoke(double left, double right) => left + right;
    }
}
