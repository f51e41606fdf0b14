using System.Runtime.CompilerServices;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>The gated unit of the MLP: output[t, f] = SiLU(gateUp[t, f]) · gateUp[t, F + f].</summary>
internal static partial class SwiGlu
{
    // exp and a division: an element costs about as much as eight additions.
    private const int CostOfElement = 8;

    /// <summary>Runs the operator.</summary>
    /// <param name="gateUp">[T, 2F], gate first; rows may be strided.</param>
    /// <param name="output">[T, F], dense.</param>
    public static void Forward(Tensor gateUp, Tensor output)
    {
        OperatorChecks.Activation(nameof(SwiGlu), nameof(gateUp), gateUp);
        OperatorChecks.Rank(nameof(SwiGlu), nameof(gateUp), gateUp, 2);
        if (gateUp.Shape[1] % 2 != 0)
        {
            Throw.ShapeMismatch(nameof(SwiGlu), nameof(gateUp), "an even width: gate, then up", gateUp.Shape.ToString());
        }

        var width = gateUp.Shape[1] / 2;
        OperatorChecks.Dense(nameof(SwiGlu), nameof(output), output, new Shape(gateUp.Shape[0], width), gateUp.DType);
        if (output.Device is CudaDevice device)
        {
            OnGpu(device, gateUp, output);
            return;
        }

        var workers = OperatorChecks.Workers(nameof(SwiGlu), output);
        var gate = new RowView(gateUp);
        var kernel = new BinaryKernel<Gate> { Left = gate, Right = gate.Skip(width * gateUp.DType.BlockBytes()), Output = new RowView(output) };
        SimdKernelRunner.Run(
            workers, kernel, gateUp.DType, kernel.Output.Rows * kernel.Blocks, CostOfElement * Math.Min(BinaryKernel<Gate>.BlockSize, kernel.Output.Width));
    }

    /// <summary>SiLU(left) · right.</summary>
    internal readonly struct Gate : IBinaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Invoke<TSimd, TVector>(TVector left, TVector right)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Multiply(SimdMath.Silu<TSimd, TVector>(left), right);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static double Invoke(double left, double right) => DoubleMath.Silu(left) * right;
    }
}
