using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>
/// What samplers need from a row of logits, on the caller's thread. Ties go to the lower index; results have the same bits on every processor.
/// A NaN is never chosen.
/// </summary>
public static unsafe class Logits
{
    private const int ScanBlock = 256;

    /// <summary>The index of the largest logit, the lowest of equals.</summary>
    /// <exception cref="ArgumentException">There is no logit but NaNs.</exception>
    public static int ArgMax(ReadOnlySpan<float> logits)
    {
        fixed (float* x = logits)
        {
            var max = Reduce.Max(x, logits.Length);
            var index = logits.IndexOf(max);
            return index >= 0 ? index : throw new ArgumentException($"none of the {logits.Length} logits is a number", nameof(logits));
        }
    }

    /// <summary>The largest logit; -infinity where there is none.</summary>
    public static float Max(ReadOnlySpan<float> logits)
    {
        fixed (float* x = logits)
        {
            return Reduce.Max(x, logits.Length);
        }
    }

    /// <summary>ln Σ exp(logit), within about 1e-7 relative to the sum: float32 exponentials, summed by blocks of 1024 into float64.</summary>
    public static double LogSumExp(ReadOnlySpan<float> logits)
    {
        fixed (float* x = logits)
        {
            var max = Reduce.Max(x, logits.Length);
            return float.IsInfinity(max) ? max : max + DoubleMath.Log(Exponentials(x, max, 1, null, logits.Length));
        }
    }

    /// <summary>probabilities = softmax(logits / temperature), in float32 with a float64 sum.</summary>
    /// <param name="logits">At least one finite value; -infinity gives probability 0. With +infinity or NaN, or nothing but -infinity, all probabilities are NaN.</param>
    /// <param name="temperature">Positive; 1 leaves the distribution as it is.</param>
    /// <param name="probabilities">As long as the logits; may be the same memory.</param>
    /// <exception cref="ArgumentOutOfRangeException">The temperature is not positive.</exception>
    public static void Softmax(ReadOnlySpan<float> logits, float temperature, Span<float> probabilities)
    {
        if (!(temperature > 0))
        {
            throw new ArgumentOutOfRangeException(nameof(temperature), temperature, "a temperature is above 0; 0 means ArgMax");
        }

        if (probabilities.Length != logits.Length)
        {
            Throw.ShapeMismatch(nameof(Softmax), nameof(probabilities), $"[{logits.Length}]", $"[{probabilities.Length}]");
        }

        fixed (float* x = logits, y = probabilities)
        {
            var scale = (float)Math.Min(1 / (double)temperature, float.MaxValue);
            var sum = (float)Exponentials(x, Reduce.Max(x, logits.Length), scale, y, logits.Length);
            switch (SimdWidth.Current)
            {
                case 16:
                    Kernels.Softmax.Divide<Simd512, Vector512<float>>(y, sum, logits.Length);
                    break;
                case 8:
                    Kernels.Softmax.Divide<Simd256, Vector256<float>>(y, sum, logits.Length);
                    break;
                case 4:
                    Kernels.Softmax.Divide<Simd128, Vector128<float>>(y, sum, logits.Length);
                    break;
                default:
                    Kernels.Softmax.Divide<SimdScalar, float>(y, sum, logits.Length);
                    break;
            }
        }
    }

    /// <summary>The k largest logits, falling, equal ones by rising index.</summary>
    /// <param name="logits">The row.</param>
    /// <param name="values">Receives the logits; its length is k.</param>
    /// <param name="indices">Receives their indices; as long as <paramref name="values"/>.</param>
    /// <returns>How many were found: k, or fewer when the row has fewer numbers.</returns>
    public static int TopK(ReadOnlySpan<float> logits, Span<float> values, Span<int> indices)
    {
        if (indices.Length != values.Length)
        {
            Throw.ShapeMismatch(nameof(TopK), nameof(indices), $"[{values.Length}]", $"[{indices.Length}]");
        }

        var heap = new TopHeap(values, indices);
        fixed (float* x = logits)
        {
            for (var first = 0; first < logits.Length && values.Length > 0; first += ScanBlock)
            {
                // Most blocks hold nothing above the smallest kept value: one vector sweep tells.
                var length = Math.Min(ScanBlock, logits.Length - first);
                if (heap.IsFull && !(Reduce.Max(x + first, length) > heap.Smallest))
                {
                    continue;
                }

                for (var i = first; i < first + length; i++)
                {
                    heap.Offer(x[i], i);
                }
            }
        }

        heap.Sort();
        return heap.Count;
    }

    private static double Exponentials(float* x, float shift, float scale, float* destination, int count) => SimdWidth.Current switch
    {
        16 => Kernels.Softmax.Exponentials<Simd512, Vector512<float>>(x, shift, scale, destination, count),
        8 => Kernels.Softmax.Exponentials<Simd256, Vector256<float>>(x, shift, scale, destination, count),
        4 => Kernels.Softmax.Exponentials<Simd128, Vector128<float>>(x, shift, scale, destination, count),
        _ => Kernels.Softmax.Exponentials<SimdScalar, float>(x, shift, scale, destination, count),
    };
}
