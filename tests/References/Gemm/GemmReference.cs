namespace PlamoNative.Tests.References;

/// <summary>Y = op(X) op(W) by the formula, in float64 and in the two stated orders of float32.</summary>
public static class GemmReference
{
    /// <summary>Virtual lanes of a dot product.</summary>
    public const int Lanes = 16;

    /// <summary>One element in float64, and the sum of the magnitudes of its terms, which every error bound is relative to.</summary>
    public static (double Value, double Magnitude) Element(ReadOnlySpan<float> x, ReadOnlySpan<float> w)
    {
        double value = 0, magnitude = 0;
        for (var k = 0; k < x.Length; k++)
        {
            var term = (double)x[k] * w[k];
            value += term;
            magnitude += Math.Abs(term);
        }

        return (value, magnitude);
    }

    /// <summary>The plain twin of the panel path: one chain of fused multiply-adds.</summary>
    public static float Chain(ReadOnlySpan<float> x, ReadOnlySpan<float> w, float start)
    {
        var sum = start;
        for (var k = 0; k < x.Length; k++)
        {
            sum = MathF.FusedMultiplyAdd(x[k], w[k], sum);
        }

        return sum;
    }

    /// <summary>The plain twin of the dot path: 16 chains, folded halves onto halves.</summary>
    public static float Dot(ReadOnlySpan<float> x, ReadOnlySpan<float> w)
    {
        Span<float> lanes = stackalloc float[Lanes];
        lanes.Clear();
        for (var k = 0; k < (x.Length + Lanes - 1) / Lanes * Lanes; k++)
        {
            lanes[k % Lanes] = MathF.FusedMultiplyAdd(k < x.Length ? x[k] : 0f, k < x.Length ? w[k] : 0f, lanes[k % Lanes]);
        }

        for (var half = 8; half > 0; half /= 2)
        {
            for (var i = 0; i < half; i++)
            {
                lanes[i] += lanes[i + half];
            }
        }

        return lanes[0];
    }

    /// <summary>
    /// What rounding may cost an element: each of at most <paramref name="roundings"/> roundings along a term's way to the result loses a relative 2^-24
    /// (first-order bound of a sum, Higham's gamma), and one result may be a subnormal.
    /// </summary>
    public static double Bound(int roundings, double magnitude)
    {
        const double u = 1.0 / (1 << 24);
        return (roundings * u / (1 - (roundings * u)) * magnitude) + float.Epsilon;
    }
}
