using System.Numerics;

namespace PlamoNative.Tests.References;

/// <summary>Softmax of rows by the formula, shifted by the row's maximum.</summary>
public static class SoftmaxReference
{
    /// <summary>x: rows of <paramref name="width"/> values.</summary>
    public static double[] Forward<T>(ReadOnlySpan<double> x, int width)
        where T : IFloatingPointIeee754<T>
    {
        var y = new double[x.Length];
        for (var first = 0; first < x.Length; first += width)
        {
            var row = x.Slice(first, width);
            var max = double.NegativeInfinity;
            foreach (var value in row)
            {
                max = Math.Max(max, value);
            }

            var sum = T.Zero;
            foreach (var value in row)
            {
                sum += T.Exp(T.CreateChecked(value - max));
            }

            for (var i = 0; i < width; i++)
            {
                y[first + i] = double.CreateChecked(T.Exp(T.CreateChecked(row[i] - max)) / sum);
            }
        }

        return y;
    }
}
