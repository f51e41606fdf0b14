using System.Numerics;

namespace PlamoNative.Tests.References;

/// <summary>SiLU(gate) · up by the formula; rows hold the gate first.</summary>
public static class SwiGluReference
{
    /// <summary>gateUp: [T, 2F]; result [T, F].</summary>
    public static double[] Forward<T>(ReadOnlySpan<double> gateUp, int width)
        where T : IFloatingPointIeee754<T>
    {
        var y = new double[gateUp.Length / 2];
        for (var i = 0; i < y.Length; i++)
        {
            var at = (i / width * 2 * width) + (i % width);
            var (gate, up) = (T.CreateChecked(gateUp[at]), T.CreateChecked(gateUp[at + width]));
            y[i] = double.CreateChecked(gate / (T.One + T.Exp(-gate)) * up);
        }

        return y;
    }

    /// <summary>Gradient of gateUp, [T, 2F]; dy: [T, F].</summary>
    public static double[] Backward<T>(ReadOnlySpan<double> gateUp, ReadOnlySpan<double> dy, int width)
        where T : IFloatingPointIeee754<T>
    {
        var gradient = new double[gateUp.Length];
        for (var i = 0; i < dy.Length; i++)
        {
            var at = (i / width * 2 * width) + (i % width);
            var (gate, up, d) = (T.CreateChecked(gateUp[at]), T.CreateChecked(gateUp[at + width]), T.CreateChecked(dy[i]));
            var sigmoid = T.One / (T.One + T.Exp(-gate));
            gradient[at] = double.CreateChecked(d * up * sigmoid * (T.One + (gate * (T.One - sigmoid))));
            gradient[at + width] = double.CreateChecked(d * gate * sigmoid);
        }

        return gradient;
    }
}
