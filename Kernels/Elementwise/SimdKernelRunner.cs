using System.Runtime.Intrinsics;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>Spreads a <see cref="ISimdKernel"/> over the device's threads at the processor's vector width.</summary>
internal static class SimdKernelRunner
{
    /// <summary>Elements below which a part is not worth a thread.</summary>
    public const int ElementsWorthAThread = 16384;

    /// <summary>Runs all items.</summary>
    /// <param name="workers">The threads.</param>
    /// <param name="kernel">The work.</param>
    /// <param name="dtype">float32 or float64, checked before.</param>
    /// <param name="items">Number of items.</param>
    /// <param name="elementsAnItem">What an item costs, in elements of simple arithmetic.</param>
    public static void Run<TKernel>(WorkerPool workers, in TKernel kernel, DType dtype, long items, long elementsAnItem)
        where TKernel : struct, ISimdKernel
    {
        var range = new Range<TKernel> { Kernel = kernel, Width = dtype == DType.Float64 ? 0 : SimdWidth.Current };
        var minimumPart = (int)Math.Clamp(ElementsWorthAThread / Math.Max(1, elementsAnItem), 1, int.MaxValue);
        workers.For(checked((int)items), ref range, minimumPart);
    }

    private struct Range<TKernel> : IRangeKernel
        where TKernel : struct, ISimdKernel
    {
        public TKernel Kernel;
        public int Width;

        public void Run(int begin, int end, int worker)
        {
            switch (Width)
            {
                case 16:
                    Kernel.Run<Simd512, Vector512<float>>(begin, end);
                    break;
                case 8:
                    Kernel.Run<Simd256, Vector256<float>>(begin, end);
                    break;
                case 4:
                    Kernel.Run<Simd128, Vector128<float>>(begin, end);
                    break;
                case 1:
                    Kernel.Run<SimdScalar, float>(begin, end);
                    break;
                default:
                    Kernel.RunDouble(begin, end);
                    break;
            }
        }
    }
}
