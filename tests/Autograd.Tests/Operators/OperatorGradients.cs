using PlamoNative.Engine;
using PlamoNative.Tests;
using Xunit;

namespace PlamoNative.Autograd.Tests;

/// <summary>
/// What every differentiable operator must show: gradients that are central differences in float64 and an independent closed form, float32 gradients beside the float64 ones, and
/// the same bits on any number of threads.
/// </summary>
internal static class OperatorGradients
{
    /// <summary>A function of variables.</summary>
    internal delegate Variable Function(Variable[] inputs);

    /// <summary>The gradient of each input by a closed form, in float64: from the inputs and the gradient of the output.</summary>
    internal delegate double[][] Reverse(double[][] inputs, double[] gradient);

    /// <summary>Checks an operator.</summary>
    /// <param name="name">For messages.</param>
    /// <param name="inputs">Shapes and values of the inputs.</param>
    /// <param name="function">The operator.</param>
    /// <param name="reverse">Its gradients, computed independently.</param>
    /// <param name="singleBound">Relative error of float32 gradients in the 2-norm.</param>
    internal static void Check(string name, (Shape Shape, double[] Values)[] inputs, Function function, Reverse? reverse, double singleBound = 3e-6)
    {
        var exact = Gradients(1, DType.Float64, inputs, function);
        if (reverse is not null)
        {
            var expected = reverse([.. inputs.Select(i => i.Values)], exact.Seed);
            for (var i = 0; i < inputs.Length; i++)
            {
                AssertClose($"{name}, input {i}, closed form", expected[i], exact.Gradients[i], 1e-12);
            }
        }

        Differences(name, inputs, function);
        var single = Gradients(1, DType.Float32, inputs, function);
        foreach (var threads in (int[])[2, 3])
        {
            var more = Gradients(threads, DType.Float32, inputs, function);
            Assert.Equal(single.Output, more.Output);
            Assert.Equal(single.Gradients, more.Gradients);
        }

        AssertClose($"{name}, float32 result", exact.Output, single.Output, singleBound);
        for (var i = 0; i < inputs.Length; i++)
        {
            AssertClose($"{name}, input {i}, float32", exact.Gradients[i], single.Gradients[i], singleBound);
        }
    }

    /// <summary>Asserts only that gradients are central differences.</summary>
    internal static void Differences(string name, (Shape Shape, double[] Values)[] inputs, Function function)
    {
        if (inputs.All(i => i.Values.Length == 0))
        {
            return;
        }

        using var device = new CpuDevice(1);
        var parameters = Parameters(device, DType.Float64, inputs);
        var worst = GradientCheck.Elements(tape => function([.. parameters.Select(p => Variable.Of(tape, p))]), parameters, elementsAParameter: 24);
        Assert.True(worst.Error < 2e-7, $"{name}: {worst}");
        Release(parameters);
    }

    private static (double[] Output, double[] Seed, double[][] Gradients) Gradients(
        int threads, DType dtype, (Shape Shape, double[] Values)[] inputs, Function function)
    {
        using var device = new CpuDevice(threads);
        var parameters = Parameters(device, dtype, inputs);
        using var tape = new Tape(device);
        var output = function([.. parameters.Select(p => Variable.Of(tape, p))]).Contiguous();
        var seed = TensorValues.Normal(77, output.Value.ElementCount);
        using var gradient = TensorValues.From(device, output.Shape, dtype, seed);
        tape.Backward(output.Value, gradient);
        (double[], double[], double[][]) result =
            (TensorValues.ToDoubles(output.Value), seed, [.. parameters.Select(p => TensorValues.ToDoubles(p.Gradient))]);
        tape.Reset();
        Release(parameters);
        return result;
    }

    private static void AssertClose(string name, double[] expected, double[] actual, double bound)
    {
        var error = Tolerance.RelativeError(expected, actual);
        var largest = expected.Length == 0 ? 0 : expected.Max(Math.Abs);
        Assert.True(error <= bound || expected.Zip(actual, (a, b) => Math.Abs(a - b)).All(d => d <= bound * Math.Max(largest, 1e-3)), $"{name}: relative error {error:E2}");
    }

    private static Parameter[] Parameters(Device device, DType dtype, (Shape Shape, double[] Values)[] inputs) =>
        [.. inputs.Select((input, i) => new Parameter($"input {i}", TensorValues.From(device, input.Shape, dtype, input.Values)))];

    private static void Release(Parameter[] parameters)
    {
        foreach (var parameter in parameters)
        {
            var values = parameter.Values;
            parameter.Dispose();
            values.Dispose();
        }
    }
}
