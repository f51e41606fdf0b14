using ILGPU;
using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>
/// What samplers need from rows of logits, on a GPU: a block a row, of any strides, f32. Twin: <see cref="Logits"/> on the processor, whose bits these have: each warp sums a block of
/// <see cref="Softmax.BlockSize"/> exponentials in the 64 virtual lanes of <see cref="Reduce"/>, and every thread adds the blocks in order in float64.
/// </summary>
internal static class SamplingKernels
{
    /// <summary>Threads of a block.</summary>
    public const int Threads = 1024;

    private const int Warps = Threads / 32;

    // Loads of a thread that are under way together while it looks for the largest.
    private const int Ahead = 4;

    /// <summary>indices[row] = where the row's largest logit is, the lowest of equals; -1 in a row of NaNs. Grid: rows.</summary>
    [GpuKernel(Threads)]
    public static void ArgMax(ArrayView<float> logits, RowStrides logitRows, ArrayView<int> indices, int width)
    {
        var values = SharedMemory.Allocate<float>(Warps);
        var places = SharedMemory.Allocate<int>(Warps);
        var x = RowStrides.At(logitRows, Grid.IdxX);
        var best = new Best { Value = float.NegativeInfinity, Index = int.MaxValue };
        for (var i = Group.IdxX; i < width; i += Ahead * Threads)
        {
            var first = At(logits, x, i, width);
            var second = At(logits, x, i + Threads, width);
            var third = At(logits, x, i + (2 * Threads), width);
            var fourth = At(logits, x, i + (3 * Threads), width);
            best = Best.Of(best, first, i);
            best = Best.Of(best, second, i + Threads);
            best = Best.Of(best, third, i + (2 * Threads));
            best = Best.Of(best, fourth, i + (3 * Threads));
        }

        best = Best.OfWarp(best);
        var lane = Group.IdxX & 31;
        if (lane == 0)
        {
            values[Group.IdxX >> 5] = best.Value;
            places[Group.IdxX >> 5] = best.Index;
        }

        Group.Barrier();
        if (Group.IdxX < 32)
        {
            best = Best.OfWarp(new Best { Value = values[lane], Index = places[lane] });
            if (lane == 0)
            {
                indices[Grid.IdxX] = best.Index == int.MaxValue ? -1 : best.Index;
            }
        }
    }

    /// <summary>sums[row] = ln Σ exp(logit), f64. Grid: rows.</summary>
    [GpuKernel(Threads)]
    public static void LogSumExp(ArrayView<float> logits, RowStrides logitRows, ArrayView<double> sums, int width)
    {
        var x = RowStrides.At(logitRows, Grid.IdxX);
        var largest = Largest(logits, x, width);
        var sum = Exponentials(logits, x, width, largest, 1f, logits, 0, stores: false);
        if (Group.IdxX == 0)
        {
            var isInfinite = FastMath.Abs(largest) == float.PositiveInfinity;
            sums[Grid.IdxX] = isInfinite ? largest : DeviceDouble.Add((double)largest, DeviceDouble.Log(sum));
        }
    }

    /// <summary>probabilities = softmax(scale · logits); they may be the logits. Grid: rows.</summary>
    [GpuKernel(Threads)]
    public static void Softmax(ArrayView<float> logits, RowStrides logitRows, ArrayView<float> probabilities, RowStrides probabilityRows, int width, float scale)
    {
        var x = RowStrides.At(logitRows, Grid.IdxX);
        var y = RowStrides.At(probabilityRows, Grid.IdxX);
        var sum = DeviceDouble.ToFloat(Exponentials(logits, x, width, Largest(logits, x, width), scale, probabilities, y, stores: true));

        // The elements this thread has written, so that no barrier is needed.
        for (var begin = (Group.IdxX >> 5) * Kernels.Softmax.BlockSize; begin < width; begin += Warps * Kernels.Softmax.BlockSize)
        {
            var end = width - begin < Kernels.Softmax.BlockSize ? width : begin + Kernels.Softmax.BlockSize;
            for (var i = begin + (Group.IdxX & 31); i < end; i += 32)
            {
                probabilities[y + i] = FastMath.Divide(probabilities[y + i], sum);
            }
        }
    }

    /// <summary>The row's largest number, -infinity of none, for all threads.</summary>
    internal static float Largest(ArrayView<float> logits, long x, int width)
    {
        var largest = float.NegativeInfinity;
        for (var i = Group.IdxX; i < width; i += Threads)
        {
            largest = FastMath.Max(largest, logits[x + i]);
        }

        return BlockReduce.Max(largest);
    }

    private static float At(ArrayView<float> logits, long x, int index, int width) => index < width ? logits[x + index] : float.NaN;

    private static double Exponentials(ArrayView<float> logits, long x, int width, float shift, float scale, ArrayView<float> output, long y, bool stores)
    {
        var blocks = SharedMemory.Allocate<float>(Warps);
        var lane = Group.IdxX & 31;
        var warp = Group.IdxX >> 5;
        var sum = 0.0;
        for (var round = 0; round < width; round += Warps * Kernels.Softmax.BlockSize)
        {
            var begin = round + (warp * Kernels.Softmax.BlockSize);
            var end = width - begin < Kernels.Softmax.BlockSize ? width : begin + Kernels.Softmax.BlockSize;
            var low = 0f;
            var high = 0f;
            for (var i = begin + lane; i < end; i += Reduce.Lanes)
            {
                var value = Exponential(logits[x + i], shift, scale);
                low = FastMath.Add(low, value);
                if (stores)
                {
                    output[y + i] = value;
                }

                if (i + 32 < end)
                {
                    value = Exponential(logits[x + i + 32], shift, scale);
                    high = FastMath.Add(high, value);
                    if (stores)
                    {
                        output[y + i + 32] = value;
                    }
                }
            }

            var total = WarpReduce.Sum(FastMath.Add(low, high));
            if (lane == 0)
            {
                blocks[warp] = total;
            }

            Group.Barrier();
            for (var i = 0; i < Warps && round + (i * Kernels.Softmax.BlockSize) < width; i++)
            {
                sum = DeviceDouble.Add(sum, (double)blocks[i]);
            }

            // The next round writes these words again.
            Group.Barrier();
        }

        return sum;
    }

    private static float Exponential(float logit, float shift, float scale) =>
        SimdMath.Exp<DeviceScalar, float>(FastMath.Multiply(FastMath.Subtract(logit, shift), scale));

    /// <summary>The better of logits: the larger one, of equals the one of the lower index; never a NaN.</summary>
    private struct Best
    {
        public float Value;
        public int Index;

        public static Best Of(Best best, float value, int index)
        {
            var isBetter = value > best.Value || (value == best.Value && index < best.Index);
            return new Best { Value = isBetter ? value : best.Value, Index = isBetter ? index : best.Index };
        }

        /// <summary>Over the lanes of a warp, for all of them.</summary>
        public static Best OfWarp(Best best)
        {
            for (var distance = 16; distance > 0; distance >>= 1)
            {
                best = Of(best, WarpOperations.ShuffleXor(best.Value, distance), WarpOperations.ShuffleXor(best.Index, distance));
            }

            return best;
        }
    }
}
