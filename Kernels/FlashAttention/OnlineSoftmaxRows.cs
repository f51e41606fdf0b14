using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>
/// Maximum and sum of four rows of scores while tiles pass by, in exponents of 2; the threads that share the rows hold the same bits. Scores that are not to be seen are
/// <see cref="Hidden"/>, below every maximum, so that their weight is 0 even where a row has seen nothing yet.
/// </summary>
internal struct OnlineSoftmaxRows
{
    /// <summary>A score that is not to be seen.</summary>
    public const float Hidden = -1e30f;

    private const float Lowest = -1e29f;

    public Float4 Maximum;
    public Float4 Sum;

    /// <summary>Before the first tile.</summary>
    public static OnlineSoftmaxRows Begin() => new() { Maximum = new Float4(Lowest, Lowest, Lowest, Lowest) };

    /// <summary>The larger of a thread's four scores of a row.</summary>
    public static float Largest(Float4 scores) => FastMath.Max(FastMath.Max(scores.X, scores.Y), FastMath.Max(scores.Z, scores.W));

    /// <summary>Four weights: <c>2^(score - maximum)</c>.</summary>
    public static Float4 Weights(Float4 scores, float maximum) => new(
        FastMath.Exp2Approx(FastMath.Subtract(scores.X, maximum)),
        FastMath.Exp2Approx(FastMath.Subtract(scores.Y, maximum)),
        FastMath.Exp2Approx(FastMath.Subtract(scores.Z, maximum)),
        FastMath.Exp2Approx(FastMath.Subtract(scores.W, maximum)));

    /// <summary>A thread's four weights, added.</summary>
    public static float Total(Float4 weights) => FastMath.Add(FastMath.Add(weights.X, weights.Y), FastMath.Add(weights.Z, weights.W));

    /// <summary>Four scores of a row whose token is <paramref name="distance"/> behind the first of the four keys: visible from 0 to W.</summary>
    public static Float4 Mask(Float4 scores, int distance, int window) => new(
        (uint)distance <= (uint)window ? scores.X : Hidden,
        (uint)(distance - 1) <= (uint)window ? scores.Y : Hidden,
        (uint)(distance - 2) <= (uint)window ? scores.Z : Hidden,
        (uint)(distance - 3) <= (uint)window ? scores.W : Hidden);

    /// <summary>Takes in a tile's row maxima, already those of all threads; gives what earlier sums have to be multiplied by.</summary>
    public Float4 Raise(Float4 largest)
    {
        var next = new Float4(
            FastMath.Max(Maximum.X, largest.X), FastMath.Max(Maximum.Y, largest.Y), FastMath.Max(Maximum.Z, largest.Z), FastMath.Max(Maximum.W, largest.W));
        var correction = new Float4(
            FastMath.Exp2Approx(FastMath.Subtract(Maximum.X, next.X)),
            FastMath.Exp2Approx(FastMath.Subtract(Maximum.Y, next.Y)),
            FastMath.Exp2Approx(FastMath.Subtract(Maximum.Z, next.Z)),
            FastMath.Exp2Approx(FastMath.Subtract(Maximum.W, next.W)));
        Maximum = next;
        return correction;
    }

    /// <summary>Adds a tile's sums of weights, already those of all threads.</summary>
    public void Add(Float4 correction, Float4 total) => Sum = new Float4(
        FastMath.Fma(Sum.X, correction.X, total.X),
        FastMath.Fma(Sum.Y, correction.Y, total.Y),
        FastMath.Fma(Sum.Z, correction.Z, total.Z),
        FastMath.Fma(Sum.W, correction.W, total.W));

    /// <summary>What the sums over values have to be multiplied by at the end; 0 for a row that saw nothing.</summary>
    public static float Inverse(float sum) => sum > 0 || sum < 0 || float.IsNaN(sum) ? FastMath.Reciprocal(sum) : 0f;

    /// <summary>The natural log-sum-exp of a row.</summary>
    public static float LogSumExp(float maximum, float sum) =>
        (float)(((double)maximum * 0.69314718055994531) + SimdMath.Log<DeviceScalar, float>(sum));
}
