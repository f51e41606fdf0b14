using System.Runtime.CompilerServices;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>Softmax of rows: y = exp(x - max x) / Σ exp(x - max x).</summary>
internal static partial class Softmax
{
    /// <summary>Elements whose exponentials are summed in float32 (<see cref="Reduce"/>) before they join the row's float64 sum.</summary>
    internal const int BlockSize = 1024;

    // exp: an element costs about as much as eight additions.
    private const int CostOfElement = 8;

    /// <summary>Runs the operator over the innermost axis. A row of only -infinity, or with +infinity or NaN, gives NaN.</summary>
    /// <param name="input">Any shape; rows dense.</param>
    /// <param name="output">As the input, dense; may be a dense input itself.</param>
    public static void Forward(Tensor input, Tensor output)
    {
        OperatorChecks.Activation(nameof(Softmax), nameof(input), input);
        OperatorChecks.Dense(nameof(Softmax), nameof(output), output, input.Shape, input.DType);
        if (output.Device is CudaDevice device)
        {
            OnGpu(device, input, output);
            return;
        }

        var workers = OperatorChecks.Workers(nameof(Softmax), output);
        var kernel = new Kernel { Input = new RowView(input), Output = new RowView(output) };
        SimdKernelRunner.Run(workers, kernel, input.DType, kernel.Input.Width == 0 ? 0 : kernel.Input.Rows, CostOfElement * kernel.Input.Width);
    }

    /// <summary>destination = exp(scale · (x - shift)) element by element; returns the sum of all: float32 by blocks, blocks in float64.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static unsafe double Exponentials<TSimd, TVector>(float* x, float shift, float scale, float* destination, int count)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var scratch = stackalloc float[destination == null ? BlockSize : 1];
        var (shifts, scales) = (TSimd.Create(shift), TSimd.Create(scale));
        var sum = 0.0;
        for (var first = 0; first < count; first += BlockSize)
        {
            var length = Math.Min(BlockSize, count - first);
            var source = x + first;
            var target = destination == null ? scratch : destination + first;
            var i = 0;
            for (; i <= length - TSimd.Count; i += TSimd.Count)
            {
                TSimd.Store(SimdMath.Exp<TSimd, TVector>(TSimd.Multiply(TSimd.Subtract(TSimd.Load(source + i), shifts), scales)), target + i);
            }

            for (; i < length; i++)
            {
                target[i] = SimdMath.Exp((source[i] - shift) * scale);
            }

            sum += Reduce.Sum<TSimd, TVector>(target, length);
        }

        return sum;
    }

    /// <summary>values = values / divisor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static unsafe void Divide<TSimd, TVector>(float* values, float divisor, int count)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var divisors = TSimd.Create(divisor);
        var i = 0;
        for (; i <= count - TSimd.Count; i += TSimd.Count)
        {
            TSimd.Store(TSimd.Divide(TSimd.Load(values + i), divisors), values + i);
        }

        for (; i < count; i++)
        {
            values[i] /= divisor;
        }
    }

    /// <summary>One row an item; the order of the sum does not depend on width or threads. Twin: <c>SoftmaxReference</c>.</summary>
    private unsafe struct Kernel : ISimdKernel
    {
        public RowView Input;
        public RowView Output;

        public readonly void Run<TSimd, TVector>(int begin, int end)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            for (var row = begin; row < end; row++)
            {
                var x = (float*)Input.Row(row);
                var y = (float*)Output.Row(row);
                var sum = Exponentials<TSimd, TVector>(x, Reduce.Max<TSimd, TVector>(x, Input.Width), 1, y, Input.Width);
                Divide<TSimd, TVector>(y, (float)sum, Input.Width);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void RunDouble(int begin, int end)
        {
            for (var row = begin; row < end; row++)
            {
                var x = (double*)Input.Row(row);
                var y = (double*)Output.Row(row);
                var max = double.NegativeInfinity;
                for (var i = 0; i < Input.Width; i++)
                {
                    max = x[i] > max ? x[i] : max;
                }

                var sum = 0.0;
                for (var i = 0; i < Input.Width; i++)
                {
                    sum += y[i] = DoubleMath.Exp(x[i] - max);
                }

                for (var i = 0; i < Input.Width; i++)
                {
                    y[i] /= sum;
                }
            }
        }
    }
}
