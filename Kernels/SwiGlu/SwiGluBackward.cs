using System.Runtime.CompilerServices;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>The gradients of <see cref="SwiGlu"/>: <c>dgate = dy · up · SiLU'(gate)</c>, <c>dup = dy · SiLU(gate)</c>; nothing but gate and up is kept.</summary>
public static partial class SwiGluBackward
{
    // exp and a division: an element costs about as much as twelve additions.
    private const int CostOfElement = 12;

    /// <summary>Runs the operator.</summary>
    /// <param name="gateUp">[T, 2F], gate first, as the forward pass saw it; rows may be strided.</param>
    /// <param name="outputGradient">dy, [T, F]; rows may be strided.</param>
    /// <param name="gateUpGradient">[T, 2F], gate first; rows may be strided; may be <paramref name="gateUp"/> itself. Overwritten.</param>
    public static void Run(Tensor gateUp, Tensor outputGradient, Tensor gateUpGradient)
    {
        const string Name = nameof(SwiGluBackward);
        OperatorChecks.Activation(Name, nameof(gateUp), gateUp);
        OperatorChecks.Rank(Name, nameof(gateUp), gateUp, 2);
        if (gateUp.Shape[1] % 2 != 0)
        {
            Throw.ShapeMismatch(Name, nameof(gateUp), "an even width: gate, then up", gateUp.Shape.ToString());
        }

        var width = gateUp.Shape[1] / 2;
        OperatorChecks.Activation(Name, nameof(outputGradient), outputGradient, new Shape(gateUp.Shape[0], width), gateUp.DType);
        OperatorChecks.Activation(Name, nameof(gateUpGradient), gateUpGradient, gateUp.Shape, gateUp.DType);
        if (gateUpGradient.Device is CudaDevice device)
        {
            OnGpu(device, gateUp, outputGradient, gateUpGradient);
            return;
        }

        var workers = OperatorChecks.Workers(Name, gateUpGradient);
        var kernel = new Kernel
        {
            GateUp = new RowView(gateUp), OutputGradient = new RowView(outputGradient), Gradient = new RowView(gateUpGradient), Width = checked((int)width),
        };
        SimdKernelRunner.Run(workers, kernel, gateUp.DType, kernel.OutputGradient.Rows * kernel.Blocks, CostOfElement * Math.Min(Kernel.BlockSize, width));
    }

    /// <summary>An item is a block of a row. No element depends on another. Twin: <c>SwiGluReference.Backward</c>.</summary>
    private unsafe struct Kernel : ISimdKernel
    {
        public const int BlockSize = 1024;

        public RowView GateUp;
        public RowView OutputGradient;
        public RowView Gradient;
        public int Width;

        public readonly int Blocks => (Width + BlockSize - 1) / BlockSize;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<TSimd, TVector>(int begin, int end)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            for (var item = begin; item < end; item++)
            {
                var (row, block) = Math.DivRem(item, Blocks);
                var first = block * BlockSize;
                var last = Math.Min(first + BlockSize, Width);
                var whole = first + ((last - first) & -TSimd.Count);
                var gate = (float*)GateUp.Row(row);
                var dy = (float*)OutputGradient.Row(row);
                var to = (float*)Gradient.Row(row);
                Elements<TSimd, TVector>(gate, dy, to, first, whole);
                Elements<SimdScalar, float>(gate, dy, to, whole, last);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void RunDouble(int begin, int end)
        {
            for (var item = begin; item < end; item++)
            {
                var (row, block) = Math.DivRem(item, Blocks);
                var gate = (double*)GateUp.Row(row);
                var dy = (double*)OutputGradient.Row(row);
                var to = (double*)Gradient.Row(row);
                for (var i = block * BlockSize; i < Math.Min((block + 1) * BlockSize, Width); i++)
                {
                    var (up, gradient) = (gate[i + Width], dy[i]);
                    var slope = SiluGradient.Slope(gate[i], out var silu);
                    to[i] = gradient * up * slope;
                    to[i + Width] = gradient * silu;
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Elements<TSimd, TVector>(float* gate, float* dy, float* to, int begin, int end)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            for (var i = begin; i < end; i += TSimd.Count)
            {
                var (up, gradient) = (TSimd.Load(gate + Width + i), TSimd.Load(dy + i));
                var slope = SiluGradient.Slope<TSimd, TVector>(TSimd.Load(gate + i), out var silu);
                TSimd.Store(TSimd.Multiply(TSimd.Multiply(gradient, up), slope), to + i);
                TSimd.Store(TSimd.Multiply(gradient, silu), to + Width + i);
            }
        }
    }
}
