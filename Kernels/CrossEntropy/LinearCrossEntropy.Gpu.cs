using ILGPU;
using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>
/// What surrounds the products of <see cref="LinearCrossEntropy"/> on a GPU. A row is a token of the block at hand, its logits a part of the vocabulary: float32, [rows, stride].
/// Of each row three doubles are kept: largest logit, then L; Σ exp(z - largest), then the factor of the softmax; the logit of its target.
/// </summary>
/// <remarks>
/// Sums of exponentials: a thread adds every 256th in float32 with a compensation, threads are added in float64 by a fixed tree: deterministic, error below 2^-23 of the sum. L is float64
/// as on the processor; what its float32 loses goes into the factor. Twins: <see cref="ExponentialSums"/>, <see cref="LogitGradients"/>.
/// </remarks>
internal static class HeadKernels
{
    /// <summary>Threads of a block.</summary>
    internal const int Block = 256;

    /// <summary>inputs[r] = x[tokens[r]]. Grid: x rows.</summary>
    [GpuKernel(Block, MaximumRegisters = 32)]
    public static void Gather(ArrayView<float> x, ArrayView<int> tokens, ArrayView<float> inputs, long stride, int width)
    {
        var from = tokens[Grid.IdxX] * stride;
        var to = (long)Grid.IdxX * width;
        for (var i = Group.IdxX; i < width; i += Block)
        {
            inputs[to + i] = x[from + i];
        }
    }

    /// <summary>output[tokens[r]] = rows[r]. Grid: x rows.</summary>
    [GpuKernel(Block, MaximumRegisters = 32)]
    public static void Scatter(ArrayView<float> rows, ArrayView<int> tokens, ArrayView<float> output, long stride, int width)
    {
        var from = (long)Grid.IdxX * width;
        var to = tokens[Grid.IdxX] * stride;
        for (var i = Group.IdxX; i < width; i += Block)
        {
            output[to + i] = rows[from + i];
        }
    }

    /// <summary>Zeros into rows of a stride. Grid: x rows.</summary>
    [GpuKernel(Block, MaximumRegisters = 32)]
    public static void Clear(ArrayView<float> rows, long stride, int width)
    {
        var row = Grid.IdxX * stride;
        for (var i = Group.IdxX; i < width; i += Block)
        {
            rows[row + i] = 0f;
        }
    }

    /// <summary>Largest logit and sum of exponentials go on over a part of the vocabulary that begins at <paramref name="first"/>. Grid: x rows; 2.1 KB of shared memory.</summary>
    [GpuKernel(Block, MaximumRegisters = 64)]
    public static void AddExponentials(
        ArrayView<float> logits, ArrayView<int> targets, ArrayView<double> maxima, ArrayView<double> sums, ArrayView<double> targetLogits, long stride, int columns, int first)
    {
        var row = Grid.IdxX;
        var z = logits.SubView(row * stride, columns);
        var largest = float.NegativeInfinity;
        for (var i = Group.IdxX; i < columns; i += Block)
        {
            largest = FastMath.Max(largest, z[i]);
        }

        largest = BlockReduce.Max(largest);
        var before = first == 0 ? float.NegativeInfinity : DeviceDouble.ToFloat(maxima[row]);
        var shift = FastMath.Max(largest, before);
        var sum = 0f;
        var lost = 0f;
        for (var i = Group.IdxX; i < columns; i += Block)
        {
            var next = FastMath.Subtract(SimdMath.Exp<DeviceScalar, float>(FastMath.Subtract(z[i], shift)), lost);
            var total = FastMath.Add(sum, next);
            lost = FastMath.Subtract(FastMath.Subtract(total, sum), next);
            sum = total;
        }

        var all = DoubleReduce.Sum((double)sum - lost);
        if (Group.IdxX == 0)
        {
            var scaled = first == 0 ? 0.0 : sums[row] * SimdMath.Exp<DeviceScalar, float>(FastMath.Subtract(before, shift));
            maxima[row] = shift;
            sums[row] = scaled + all;
            var target = targets[row] - first;
            if (target >= 0 && target < columns)
            {
                targetLogits[row] = z[target];
            }
        }
    }

    /// <summary>L and cross-entropy of each row go to its token; in the row's places stay L and the factor of its softmax. Grid: x rows, one a thread.</summary>
    [GpuKernel(Block, MaximumRegisters = 64)]
    public static void Finish(
        ArrayView<double> maxima, ArrayView<double> sums, ArrayView<double> targetLogits, ArrayView<int> tokens, ArrayView<int> targets, ArrayView<double> losses,
        ArrayView<double> logs, double unit, double zLossWeight, int rows)
    {
        var row = (Grid.IdxX * Block) + Group.IdxX;
        if (row < rows)
        {
            var sum = sums[row];
            var log = maxima[row] + DeviceLog.Natural(sum);
            var token = tokens[row];
            logs[token] = log;
            losses[token] = targets[row] < 0 ? 0.0 : log - targetLogits[row];
            maxima[row] = log;
            sums[row] = unit * (1 + (2 * zLossWeight * log));
        }
    }

    /// <summary>L of the forward pass and the factor of the softmax into the rows' places. Grid: x rows, one a thread.</summary>
    [GpuKernel(Block, MaximumRegisters = 48)]
    public static void Recall(ArrayView<double> logs, ArrayView<int> tokens, ArrayView<double> maxima, ArrayView<double> factors, double unit, double zLossWeight, int rows)
    {
        var row = (Grid.IdxX * Block) + Group.IdxX;
        if (row < rows)
        {
            var log = logs[tokens[row]];
            maxima[row] = log;
            factors[row] = unit * (1 + (2 * zLossWeight * log));
        }
    }

    /// <summary>Logits become gradients: factor · exp(z - L) - unit · onehot. Grid: x rows.</summary>
    [GpuKernel(Block, MaximumRegisters = 48)]
    public static void Gradients(
        ArrayView<float> logits, ArrayView<int> targets, ArrayView<double> logs, ArrayView<double> factors, long stride, int columns, int first, float unit)
    {
        var row = Grid.IdxX;
        var z = logits.SubView(row * stride, columns);
        var log = logs[row];
        var shift = DeviceDouble.ToFloat(log);

        // e^d of what the rounding of L lost: |d| is below 2^-24 L.
        var d = shift - log;
        var factor = DeviceDouble.ToFloat(factors[row] * (1 + d + (0.5 * d * d)));
        var target = targets[row] - first;
        for (var i = Group.IdxX; i < columns; i += Block)
        {
            var gradient = FastMath.Multiply(SimdMath.Exp<DeviceScalar, float>(FastMath.Subtract(z[i], shift)), factor);
            z[i] = i == target ? FastMath.Subtract(gradient, unit) : gradient;
        }
    }

    /// <summary>Σ cross-entropy and Σ L² over the tokens of a list, by one block in a fixed order.</summary>
    [GpuKernel(Block, MaximumRegisters = 48)]
    public static void Totals(ArrayView<double> losses, ArrayView<double> logs, ArrayView<int> tokens, ArrayView<double> totals, int count)
    {
        var loss = 0.0;
        var square = 0.0;
        for (var i = Group.IdxX; i < count; i += Block)
        {
            var token = tokens[i];
            loss += losses[token];
            square += logs[token] * logs[token];
        }

        loss = DoubleReduce.Sum(loss);
        square = DoubleReduce.Sum(square);
        if (Group.IdxX == 0)
        {
            totals[0] = loss;
            totals[1] = square;
        }
    }

    /// <summary>Sum of a block's doubles by halves; the same in every thread. All threads call.</summary>
    private static class DoubleReduce
    {
        public static double Sum(double value)
        {
            var partial = SharedMemory.Allocate<double>(Block);
            partial[Group.IdxX] = value;
            Group.Barrier();
            for (var half = Block / 2; half > 0; half >>= 1)
            {
                if (Group.IdxX < half)
                {
                    partial[Group.IdxX] += partial[Group.IdxX + half];
                }

                Group.Barrier();
            }

            var sum = partial[0];
            Group.Barrier();
            return sum;
        }
    }
}
