using System.Numerics;

namespace PlamoNative.Tests.References;

/// <summary>Reductions, softmax and their gradients of one group of elements, by the formula.</summary>
public static class ReductionReference
{
    /// <summary>"Sum", "Mean", "Max" or "LogSumExp" of a group.</summary>
    public static double Value<T>(string name, double[] x)
        where T : IFloatingPointIeee754<T>
    {
        var sum = T.Zero;
        var max = x.Length == 0 ? double.NegativeInfinity : x.Max();
        var shift = double.IsInfinity(max) ? 0 : max;
        foreach (var value in x)
        {
            sum += name == "LogSumExp" ? T.Exp(T.CreateChecked(value - shift)) : T.CreateChecked(value);
        }

        return double.CreateChecked(name switch
        {
            "Sum" => sum,
            "Mean" => sum / T.CreateChecked(x.Length),
            "Max" => T.CreateChecked(max),
            _ => T.CreateChecked(shift) + T.Log(sum),
        });
    }

    /// <summary>The gradient of a group's elements.</summary>
    public static double[] Gradient<T>(string name, double[] x, double dy)
        where T : IFloatingPointIeee754<T>
    {
        var first = Array.IndexOf(x, x.Length == 0 ? 0 : x.Max());
        var g = T.CreateChecked(dy);
        var lse = T.CreateChecked(Value<T>("LogSumExp", x));
        return [.. x.Select((value, i) => double.CreateChecked(name switch
        {
            "Sum" => g,
            "Mean" => g / T.CreateChecked(x.Length),
            "Max" => i == first ? g : T.Zero,
            _ => g * T.Exp(T.CreateChecked(value) - lse),
        }))];
    }

    /// <summary>Softmax or log-softmax of a group.</summary>
    public static double[] Softmax<T>(bool isLog, double[] x)
        where T : IFloatingPointIeee754<T>
    {
        var max = x.Max();
        var sum = T.Zero;
        foreach (var value in x)
        {
            sum += T.Exp(T.CreateChecked(value - max));
        }

        return [.. x.Select(value => double.CreateChecked(isLog ? T.CreateChecked(value - max) - T.Log(sum) : T.Exp(T.CreateChecked(value - max)) / sum))];
    }

    /// <summary>The gradient of a group through softmax: the Jacobian y_i (δ_ij - y_j), or δ_ij - y_j for the logarithm, times dy.</summary>
    public static double[] SoftmaxGradient<T>(bool isLog, double[] x, double[] dy)
        where T : IFloatingPointIeee754<T>
    {
        var y = Softmax<T>(false, x).Select(T.CreateChecked).ToArray();
        var gradient = new double[x.Length];
        for (var j = 0; j < x.Length; j++)
        {
            var sum = T.Zero;
            for (var i = 0; i < x.Length; i++)
            {
                var delta = (i == j ? T.One : T.Zero) - (isLog ? y[j] : T.Zero);
                sum += T.CreateChecked(dy[i]) * (isLog ? delta : y[i] * ((i == j ? T.One : T.Zero) - y[j]));
            }

            gradient[j] = double.CreateChecked(sum);
        }

        return gradient;
    }
}
