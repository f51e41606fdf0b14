using System.Numerics;

namespace PlamoNative.Tests.References;

/// <summary>Rotary embedding, rotate-half, by the formula. Angles are float64 in every type, as the operator's contract says.</summary>
public static class RotaryReference
{
    /// <summary>x: [T, H, P]; the pair (i, i + P/2) turns by <c>positions[t] · theta^(-2i/P)</c>.</summary>
    public static double[] Forward<T>(ReadOnlySpan<double> x, ReadOnlySpan<long> positions, int heads, int headSize, double theta)
        where T : IFloatingPointIeee754<T>
    {
        var y = new double[x.Length];
        var half = headSize / 2;
        for (var t = 0; t < positions.Length; t++)
        {
            for (var h = 0; h < heads; h++)
            {
                for (var i = 0; i < half; i++)
                {
                    var angle = positions[t] * Math.Pow(theta, -2.0 * i / headSize);
                    var (sine, cosine) = (T.CreateChecked(Math.Sin(angle)), T.CreateChecked(Math.Cos(angle)));
                    var at = (((t * heads) + h) * headSize) + i;
                    var (low, high) = (T.CreateChecked(x[at]), T.CreateChecked(x[at + half]));
                    y[at] = double.CreateChecked((low * cosine) - (high * sine));
                    y[at + half] = double.CreateChecked((high * cosine) + (low * sine));
                }
            }
        }

        return y;
    }
}
