using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PlamoNative.Kernels;

/// <summary>
/// Activations to int8, 32 along a row at a time: d = max|x| / 127, code = x · (1 / d) to the nearest integer, halves away from zero. A group with a value that
/// is not finite gets the scale NaN and codes 0, so that the result is NaN and not a plausible number.
/// </summary>
internal static unsafe class ActivationQuantizer
{
    /// <summary>Quantises one group of 32.</summary>
    /// <param name="x">The group.</param>
    /// <param name="codes">32 codes, -127…127.</param>
    /// <returns>d.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static float Quantize(float* x, int* codes)
    {
        var largest = Vector128<float>.Zero;
        for (var i = 0; i < Int8Panel.ActivationGroup; i += 4)
        {
            // As integers, magnitudes compare as floats do, and NaN is above all.
            largest = Vector128.Max(largest.AsInt32(), Vector128.Abs(Vector128.Load(x + i)).AsInt32()).AsSingle();
        }

        var bits = largest.AsInt32();
        var maximum = BitConverter.Int32BitsToSingle(Math.Max(Math.Max(bits[0], bits[1]), Math.Max(bits[2], bits[3])));
        if (!float.IsFinite(maximum))
        {
            new Span<int>(codes, Int8Panel.ActivationGroup).Clear();
            return float.NaN;
        }

        // A subnormal d would have an infinite inverse; such a group is zero as far as float32 products are concerned.
        var d = maximum / 127f;
        var inverse = d < 1.17549435e-38f ? 0f : 1f / d;
        var half = Vector128.Create(0.5f);
        var sign = Vector128.Create(-0f);
        for (var i = 0; i < Int8Panel.ActivationGroup; i += 4)
        {
            var scaled = Vector128.Load(x + i) * Vector128.Create(inverse);
            Vector128.ConvertToInt32(scaled + (half | (scaled & sign))).Store(codes + i);
        }

        return inverse == 0f ? 0f : d;
    }
}
