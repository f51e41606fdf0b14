namespace PlamoNative.Tests.References;

/// <summary>Dropout by its definition, a block of random bits for each element.</summary>
public static class DropoutReference
{
    /// <summary>Element e stays iff its 32 random bits, as a fraction, are at least the probability; <paramref name="random"/> gives 128 bits by number.</summary>
    public static double[] Run(ReadOnlySpan<double> x, double probability, Func<ulong, (ulong Low, ulong High)> random)
    {
        var y = new double[x.Length];
        for (var e = 0; e < x.Length; e++)
        {
            var (low, high) = random((ulong)e / 4);
            uint[] words = [(uint)low, (uint)(low >> 32), (uint)high, (uint)(high >> 32)];
            y[e] = words[e % 4] >= Math.Floor(probability * Math.Pow(2, 32)) ? x[e] / (1 - probability) : 0;
        }

        return y;
    }
}
