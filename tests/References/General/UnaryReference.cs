using System.Numerics;

namespace PlamoNative.Tests.References;

/// <summary>Functions of one element and their derivatives by the formula, on the platform's library. Φ by integration of the density.</summary>
public static class UnaryReference
{
    /// <summary>Names of the functions.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["Abs", "Exp", "Log", "Sqrt", "Sin", "Cos", "Tanh", "Sigmoid", "Softplus", "Silu", "Gelu", "GeluTanh", "Relu"];

    /// <summary>Whether only positive arguments have a value.</summary>
    public static bool WantsPositive(string name) => name is "Log" or "Sqrt";

    /// <summary>f(x).</summary>
    public static double Value<T>(string name, double value)
        where T : IFloatingPointIeee754<T>
    {
        var x = T.CreateChecked(value);
        return double.CreateChecked(name switch
        {
            "Abs" => T.Abs(x),
            "Exp" => T.Exp(x),
            "Log" => T.Log(x),
            "Sqrt" => T.Sqrt(x),
            "Sin" => T.Sin(x),
            "Cos" => T.Cos(x),
            "Tanh" => T.Tanh(x),
            "Sigmoid" => Sigmoid(x),
            "Softplus" => T.Max(x, T.Zero) + T.LogP1(T.Exp(-T.Abs(x))),
            "Silu" => x * Sigmoid(x),
            "Gelu" => x * PhiOf<T>(value),
            "GeluTanh" => x * Sigmoid(Twice(x)),
            "Relu" => T.Max(x, T.Zero),
            _ => throw new ArgumentOutOfRangeException(nameof(name)),
        });
    }

    /// <summary>f'(x).</summary>
    public static double Slope<T>(string name, double value)
        where T : IFloatingPointIeee754<T>
    {
        var x = T.CreateChecked(value);
        var three = T.CreateChecked(3);
        return double.CreateChecked(name switch
        {
            "Abs" => T.CreateChecked(Math.Sign(value)),
            "Exp" => T.Exp(x),
            "Log" => T.One / x,
            "Sqrt" => T.One / (T.Sqrt(x) + T.Sqrt(x)),
            "Sin" => T.Cos(x),
            "Cos" => -T.Sin(x),
            "Tanh" => T.One - (T.Tanh(x) * T.Tanh(x)),
            "Sigmoid" => Sigmoid(x) * (T.One - Sigmoid(x)),
            "Softplus" => Sigmoid(x),
            "Silu" => Sigmoid(x) * (T.One + (x * (T.One - Sigmoid(x)))),
            "Gelu" => PhiOf<T>(value) + (x * T.Exp(-x * x / T.CreateChecked(2)) / T.Sqrt(T.Pi + T.Pi)),
            "GeluTanh" => Sigmoid(Twice(x)) + (x * Sigmoid(Twice(x)) * (T.One - Sigmoid(Twice(x))) * Linear<T>() * (T.One + (three * Cubic<T>() * x * x))),
            "Relu" => value > 0 ? T.One : T.Zero,
            _ => throw new ArgumentOutOfRangeException(nameof(name)),
        });
    }

    /// <summary>The normal distribution: ½ plus the density integrated from 0, five Gauss points in each of 64 parts; the tail from x to 14 beyond 2.</summary>
    public static double Phi(double x)
    {
        var t = Math.Min(Math.Abs(x), 14);
        var upper = t < 2 ? 0.5 - Integral(0, t) : Integral(t, t + 12);
        return x > 0 ? 1 - upper : upper;
    }

    // In float32 the plain formula, erfc(-x / √2) / 2, rounds its argument first.
    private static T PhiOf<T>(double x)
        where T : IFloatingPointIeee754<T> => T.CreateChecked(
            typeof(T) == typeof(double) ? Phi(x) : Phi(double.CreateChecked(T.CreateChecked(x) / T.Sqrt(T.CreateChecked(2))) * Math.Sqrt(2)));

    private static double Integral(double from, double to)
    {
        double[] nodes = [0, 0.5384693101056831, -0.5384693101056831, 0.906179845938664, -0.906179845938664];
        double[] weights = [0.5688888888888889, 0.47862867049936647, 0.47862867049936647, 0.23692688505618908, 0.23692688505618908];
        const int Parts = 256;
        var (half, sum) = ((to - from) / (2 * Parts), 0.0);
        for (var part = 0; part < Parts; part++)
        {
            var middle = from + (((2 * part) + 1) * half);
            for (var n = 0; n < nodes.Length; n++)
            {
                var at = middle + (half * nodes[n]);
                sum += weights[n] * Math.Exp(-at * at / 2);
            }
        }

        return sum * half / Math.Sqrt(2 * Math.PI);
    }

    private static T Sigmoid<T>(T x)
        where T : IFloatingPointIeee754<T> => T.One / (T.One + T.Exp(-x));

    private static T Linear<T>()
        where T : IFloatingPointIeee754<T> => T.CreateChecked(2) * T.Sqrt(T.CreateChecked(2) / T.Pi);

    private static T Cubic<T>()
        where T : IFloatingPointIeee754<T> => T.CreateChecked(0.044715);

    private static T Twice<T>(T x)
        where T : IFloatingPointIeee754<T> => Linear<T>() * (x + (Cubic<T>() * x * x * x));
}
