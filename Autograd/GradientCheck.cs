using PlamoNative.Engine;

namespace PlamoNative.Autograd;

/// <summary>
/// Compares gradients from the tape with central differences, in float64. For whoever writes an operator or a model: element by element for a few parameters, along
/// random directions for many.
/// </summary>
/// <remarks>
/// Of step h the difference errs by h² / 6 of the third derivative and by about 1e-16 |f| / h: at the default step 1e-5 a right gradient of a function of ordinary size shows
/// errors of 1e-10 to 1e-8. Parameters' values are put back, bit for bit; their gradients are cleared before and hold those of the last evaluation afterwards.
/// Where a function has a kink within a step (ReLU at 0, equal maxima), differences are no derivatives.
/// </remarks>
public static class GradientCheck
{
    /// <summary>Checks gradients element by element.</summary>
    /// <param name="function">
    /// Computes the function on a tape from the parameters (<see cref="Variable.Of(Tape, Parameter)"/>); a result of several elements is weighted by fixed random
    /// factors. It is called again and again and must always compute the same.
    /// </param>
    /// <param name="parameters">float64.</param>
    /// <param name="seed">Chooses the factors, and the elements of a parameter that has more than <paramref name="elementsAParameter"/>.</param>
    /// <param name="step">h, in the units of the values.</param>
    /// <param name="elementsAParameter">The most elements that are checked in a parameter; the default is all.</param>
    /// <returns>The worst element.</returns>
    /// <exception cref="DTypeMismatchException">A parameter is not float64.</exception>
    public static GradientDifference Elements(
        Func<Tape, Variable> function, IReadOnlyList<Parameter> parameters, int seed = 1, double step = 1e-5, int elementsAParameter = int.MaxValue)
    {
        var gradients = Differentiate(function, parameters, seed);
        var worst = default(GradientDifference);
        for (var p = 0; p < parameters.Count; p++)
        {
            var values = parameters[p].Values.AsSpan<double>();
            var largest = Largest(gradients[p]);
            var chosen = new Random(seed + p);
            var all = values.Length <= elementsAParameter;
            for (var n = 0; n < Math.Min(values.Length, elementsAParameter); n++)
            {
                var i = all ? n : chosen.Next(values.Length);
                var kept = values[i];
                values[i] = kept + step;
                var above = Evaluate(function, parameters[0], seed);
                values[i] = kept - step;
                var below = Evaluate(function, parameters[0], seed);
                values[i] = kept;
                var difference = (above - below) / (2 * step);
                var error = Error(gradients[p][i], difference, largest);
                worst = Worse(worst, new GradientDifference(parameters[p].Name, i, gradients[p][i], difference, error));
            }
        }

        return worst;
    }

    /// <summary>Checks the derivative along random directions through all parameters: two evaluations a direction, however many parameters there are.</summary>
    /// <param name="function">As in <see cref="Elements"/>.</param>
    /// <param name="parameters">float64.</param>
    /// <param name="directions">How many.</param>
    /// <param name="seed">Chooses directions and factors.</param>
    /// <param name="step">h, the length of the step in the space of all parameters.</param>
    /// <returns>The worst direction.</returns>
    /// <exception cref="DTypeMismatchException">A parameter is not float64.</exception>
    public static GradientDifference Directions(
        Func<Tape, Variable> function, IReadOnlyList<Parameter> parameters, int directions = 3, int seed = 1, double step = 1e-5)
    {
        var gradients = Differentiate(function, parameters, seed);
        var kept = parameters.Select(p => p.Values.AsSpan<double>().ToArray()).ToArray();
        var worst = default(GradientDifference);
        for (var d = 0; d < directions; d++)
        {
            var direction = Direction(kept, seed + d);
            var derivative = 0.0;
            for (var p = 0; p < kept.Length; p++)
            {
                for (var i = 0; i < kept[p].Length; i++)
                {
                    derivative += gradients[p][i] * direction[p][i];
                }
            }

            Move(parameters, kept, direction, step);
            var above = Evaluate(function, parameters[0], seed);
            Move(parameters, kept, direction, -step);
            var below = Evaluate(function, parameters[0], seed);
            Move(parameters, kept, direction, 0);
            var difference = (above - below) / (2 * step);
            var error = Error(derivative, difference, Math.Max(Math.Abs(derivative), Math.Abs(difference)));
            worst = Worse(worst, new GradientDifference("direction", d, derivative, difference, error));
        }

        return worst;
    }

    private static double[][] Differentiate(Func<Tape, Variable> function, IReadOnlyList<Parameter> parameters, int seed)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(parameters);
        if (parameters.Count == 0)
        {
            throw new ArgumentException("no parameter to check", nameof(parameters));
        }

        foreach (var parameter in parameters)
        {
            if (parameter.Values.DType != DType.Float64)
            {
                Throw.DTypeMismatch(nameof(GradientCheck), parameter.Name, DType.Float64.Name(), parameter.Values.DType.Name());
            }

            parameter.ZeroGradient();
        }

        using var tape = new Tape(parameters[0].Values.Device);
        var output = function(tape).Contiguous();
        using var factors = Tensor.FromSpan<double>(tape.Device, output.Shape, Factors(output.Value.ElementCount, seed));
        tape.Backward(output.Value, factors);
        return [.. parameters.Select(p => p.Gradient.AsSpan<double>().ToArray())];
    }

    /// <summary>The weighted sum of the function's elements, added up in float64 in order.</summary>
    private static double Evaluate(Func<Tape, Variable> function, Parameter any, int seed)
    {
        using var tape = new Tape(any.Values.Device);
        using var nothing = tape.NoGradient();
        var values = function(tape).Contiguous().Value.AsSpan<double>();
        var factors = Factors(values.Length, seed);
        var sum = 0.0;
        for (var i = 0; i < values.Length; i++)
        {
            sum = Math.FusedMultiplyAdd(values[i], factors[i], sum);
        }

        return sum;
    }

    /// <summary>1 for a scalar, else numbers in ±[½, 1½], none of them near 0.</summary>
    private static double[] Factors(long count, int seed)
    {
        var random = new Random(seed);
        var factors = new double[count];
        for (var i = 0; i < factors.Length; i++)
        {
            factors[i] = count == 1 ? 1 : (0.5 + random.NextDouble()) * ((random.Next() & 1) == 0 ? 1 : -1);
        }

        return factors;
    }

    /// <summary>A direction of length 1.</summary>
    private static double[][] Direction(double[][] like, int seed)
    {
        var random = new Random(seed);
        var square = 0.0;
        var direction = new double[like.Length][];
        for (var p = 0; p < like.Length; p++)
        {
            direction[p] = new double[like[p].Length];
            for (var i = 0; i < direction[p].Length; i++)
            {
                direction[p][i] = (2 * random.NextDouble()) - 1;
                square += direction[p][i] * direction[p][i];
            }
        }

        var length = Math.Sqrt(square);
        return [.. direction.Select(part => Array.ConvertAll(part, value => value / length))];
    }

    private static void Move(IReadOnlyList<Parameter> parameters, double[][] from, double[][] direction, double step)
    {
        for (var p = 0; p < from.Length; p++)
        {
            var values = parameters[p].Values.AsSpan<double>();
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = step == 0 ? from[p][i] : Math.FusedMultiplyAdd(step, direction[p][i], from[p][i]);
            }
        }
    }

    private static double Error(double gradient, double difference, double scale)
    {
        var distance = Math.Abs(gradient - difference);
        return double.IsNaN(distance) ? double.PositiveInfinity : distance == 0 ? 0 : distance / Math.Max(scale, 1e-12);
    }

    private static double Largest(double[] values)
    {
        var largest = 0.0;
        foreach (var value in values)
        {
            largest = Math.Max(largest, Math.Abs(value));
        }

        return largest;
    }

    private static GradientDifference Worse(in GradientDifference worst, in GradientDifference next) =>
        worst.Parameter is null || next.Error > worst.Error ? next : worst;
}
