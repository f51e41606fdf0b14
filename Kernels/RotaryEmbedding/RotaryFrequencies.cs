using System.Collections.Concurrent;

namespace PlamoNative.Kernels;

/// <summary>
/// The angles' frequencies theta^(-2i/P) for i &lt; P/2, each as a sum of two doubles (error near 2^-100), so that an angle at position 10^7 is right to the last
/// bits of a double. Kept per (theta, P): a model has one or two such tables.
/// </summary>
internal static class RotaryFrequencies
{
    // A model file names theta: a process that opened very many of them must not keep every table.
    private const int MostTables = 64;
    private static readonly ConcurrentDictionary<(double Theta, int HeadSize), (double High, double Low)[]> Tables = new();

    /// <summary>The table of a base and head width.</summary>
    public static (double High, double Low)[] Get(double theta, int headSize)
    {
        if (Tables.TryGetValue((theta, headSize), out var table))
        {
            return table;
        }

        if (Tables.Count >= MostTables)
        {
            Tables.Clear();
        }

        table = Compute(theta, headSize / 2);
        Tables[(theta, headSize)] = table;
        return table;
    }

    private static (double High, double Low)[] Compute(double theta, int half)
    {
        // The ratio g of neighbours solves theta · g^half = 1; one Newton step from the double value doubles its digits.
        (double High, double Low) ratio = (DoubleMath.Exp(-DoubleMath.Log(theta) / half), 0);
        var product = Multiply((theta, 0), Power(ratio, half));
        var excess = (product.High - 1) + product.Low;
        ratio = Renormalize(ratio.High, ratio.Low - (ratio.High * excess / half));

        var table = new (double High, double Low)[half];
        (double High, double Low) frequency = (1, 0);
        for (var i = 0; i < half; i++)
        {
            table[i] = frequency;
            frequency = Multiply(frequency, ratio);
        }

        return table;
    }

    private static (double High, double Low) Power((double High, double Low) value, int exponent)
    {
        (double High, double Low) result = (1, 0);
        for (; exponent > 0; exponent >>= 1)
        {
            if ((exponent & 1) != 0)
            {
                result = Multiply(result, value);
            }

            value = Multiply(value, value);
        }

        return result;
    }

    private static (double High, double Low) Multiply((double High, double Low) left, (double High, double Low) right)
    {
        var product = left.High * right.High;
        var error = Math.FusedMultiplyAdd(left.High, right.High, -product);
        return Renormalize(product, error + ((left.High * right.Low) + (left.Low * right.High)));
    }

    private static (double High, double Low) Renormalize(double high, double low)
    {
        var sum = high + low;
        return (sum, low - (sum - high));
    }
}
