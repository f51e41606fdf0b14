using System.Numerics;

namespace PlamoNative.Tests.References;

/// <summary>RMS norm by the formula: <c>y = x (mean x² + epsilon)^(-1/2) (weight + offset)</c>. In float64 the truth, in float32 the plain twin.</summary>
public static class RmsNormReference
{
    /// <summary>x: rows of <paramref name="width"/> values; weight: one row, or H rows that repeat (QK norm).</summary>
    public static double[] Forward<T>(ReadOnlySpan<double> x, ReadOnlySpan<double> weight, int width, double offset, double epsilon)
        where T : IFloatingPointIeee754<T>
    {
        var y = new double[x.Length];
        for (var row = 0; row * width < x.Length; row++)
        {
            var squares = T.Zero;
            for (var i = 0; i < width; i++)
            {
                var value = T.CreateChecked(x[(row * width) + i]);
                squares += value * value;
            }

            var inverseRms = T.One / T.Sqrt((squares / T.CreateChecked(width)) + T.CreateChecked(epsilon));
            for (var i = 0; i < width; i++)
            {
                var at = (row * width) + i;
                y[at] = double.CreateChecked(T.CreateChecked(x[at]) * inverseRms * (T.CreateChecked(weight[at % weight.Length]) + T.CreateChecked(offset)));
            }
        }

        return y;
    }

    /// <summary>Gradients of x, and of the weight summed over all rows in order.</summary>
    public static (double[] X, double[] Weight) Backward<T>(
        ReadOnlySpan<double> x, ReadOnlySpan<double> weight, ReadOnlySpan<double> dy, int width, double offset, double epsilon)
        where T : IFloatingPointIeee754<T>
    {
        var dx = new double[x.Length];
        var dw = new T[weight.Length];
        for (var row = 0; row * width < x.Length; row++)
        {
            var (squares, product) = (T.Zero, T.Zero);
            for (var i = 0; i < width; i++)
            {
                var at = (row * width) + i;
                var value = T.CreateChecked(x[at]);
                squares += value * value;
                product += T.CreateChecked(dy[at]) * (T.CreateChecked(weight[at % weight.Length]) + T.CreateChecked(offset)) * value;
            }

            var count = T.CreateChecked(width);
            var inverseRms = T.One / T.Sqrt((squares / count) + T.CreateChecked(epsilon));
            for (var i = 0; i < width; i++)
            {
                var at = (row * width) + i;
                var (value, gradient) = (T.CreateChecked(x[at]), T.CreateChecked(dy[at]));
                var scaled = (T.CreateChecked(weight[at % weight.Length]) + T.CreateChecked(offset)) * gradient;
                dx[at] = double.CreateChecked(inverseRms * (scaled - (value * inverseRms * inverseRms * product / count)));
                dw[at % weight.Length] += gradient * value * inverseRms;
            }
        }

        return (dx, Array.ConvertAll(dw, double.CreateChecked));
    }
}
