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
}
