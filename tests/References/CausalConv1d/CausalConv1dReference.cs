using System.Numerics;

namespace PlamoNative.Tests.References;

/// <summary>Depthwise causal convolution and SiLU of one sequence by the formula.</summary>
public static class CausalConv1dReference
{
    /// <summary>x: [L, C]; weight: [C, K]; before: the K - 1 inputs that came earlier, [K - 1, C], oldest first; result [L, C].</summary>
    public static double[] Forward<T>(ReadOnlySpan<double> x, ReadOnlySpan<double> weight, ReadOnlySpan<double> before, int channels, int kernelSize)
        where T : IFloatingPointIeee754<T>
    {
        var y = new double[x.Length];
        for (var t = 0; t * channels < x.Length; t++)
        {
            for (var c = 0; c < channels; c++)
            {
                var sum = T.Zero;
                for (var k = 0; k < kernelSize; k++)
                {
                    var source = t - kernelSize + 1 + k;
                    var value = source >= 0 ? x[(source * channels) + c] : before[((source + kernelSize - 1) * channels) + c];
                    sum += T.CreateChecked(weight[(c * kernelSize) + k]) * T.CreateChecked(value);
                }

                y[(t * channels) + c] = double.CreateChecked(sum / (T.One + T.Exp(-sum)));
            }
        }

        return y;
    }

    /// <summary>The last K - 1 inputs after the sequence.</summary>
    public static double[] StateAfter(ReadOnlySpan<double> x, ReadOnlySpan<double> before)
    {
        double[] all = [.. before, .. x];
        return all[^before.Length..];
    }

    /// <summary>Gradients of x and of the weight (added to <paramref name="dw"/>, in token order) of one sequence with zeros before it.</summary>
    public static double[] Backward<T>(ReadOnlySpan<double> x, ReadOnlySpan<double> weight, ReadOnlySpan<double> dy, int channels, int kernelSize, T[] dw)
        where T : IFloatingPointIeee754<T>
    {
        var dx = new T[x.Length];
        for (var t = 0; t * channels < x.Length; t++)
        {
            for (var c = 0; c < channels; c++)
            {
                var u = T.Zero;
                for (var k = 0; k < kernelSize; k++)
                {
                    var source = t - kernelSize + 1 + k;
                    u += source >= 0 ? T.CreateChecked(weight[(c * kernelSize) + k]) * T.CreateChecked(x[(source * channels) + c]) : T.Zero;
                }

                var sigmoid = T.One / (T.One + T.Exp(-u));
                var g = T.CreateChecked(dy[(t * channels) + c]) * sigmoid * (T.One + (u * (T.One - sigmoid)));
                for (var k = 0; k < kernelSize; k++)
                {
                    var source = t - kernelSize + 1 + k;
                    if (source >= 0)
                    {
                        dx[(source * channels) + c] += g * T.CreateChecked(weight[(c * kernelSize) + k]);
                        dw[(c * kernelSize) + k] += g * T.CreateChecked(x[(source * channels) + c]);
                    }
                }
            }
        }

        return Array.ConvertAll(dx, double.CreateChecked);
    }
}
