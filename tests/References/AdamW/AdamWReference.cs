using System.Numerics;

namespace PlamoNative.Tests.References;

/// <summary>AdamW by the formula, element by element.</summary>
public static class AdamWReference
{
    /// <summary>One step, in place. The constants' arithmetic is float64 in every type.</summary>
    public static void Step<T>(
        T[] value, ReadOnlySpan<double> gradient, T[] first, T[] second, (double Beta1, double Beta2, double Epsilon, double Decay) settings,
        double learningRate, int step, double scale)
        where T : IFloatingPointIeee754<T>
    {
        var firstCorrection = T.CreateChecked(1 - Math.Pow(settings.Beta1, step));
        var secondCorrection = T.CreateChecked(1 - Math.Pow(settings.Beta2, step));
        var rate = T.CreateChecked(learningRate);
        for (var i = 0; i < value.Length; i++)
        {
            var g = T.CreateChecked(gradient[i]) * T.CreateChecked(scale);
            first[i] = (T.CreateChecked(settings.Beta1) * first[i]) + (T.CreateChecked(1 - settings.Beta1) * g);
            second[i] = (T.CreateChecked(settings.Beta2) * second[i]) + (T.CreateChecked(1 - settings.Beta2) * g * g);
            var root = T.Sqrt(second[i] / secondCorrection) + T.CreateChecked(settings.Epsilon);
            value[i] = (value[i] * T.CreateChecked(1 - (learningRate * settings.Decay))) - (rate * (first[i] / firstCorrection) / root);
        }
    }
}
