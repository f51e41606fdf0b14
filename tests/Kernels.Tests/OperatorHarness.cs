using PlamoNative.Engine;
using PlamoNative.Tests;
using Xunit;

namespace PlamoNative.Kernels.Tests;

/// <summary>What every operator must show: right in both types, no write outside of the output, same bits for every vector width and thread count.</summary>
internal static class OperatorHarness
{
    /// <summary>Runs an operator into <paramref name="output"/>.</summary>
    internal delegate void Operator(Device device, DType dtype, Tensor output);

    /// <summary>Checks an operator.</summary>
    /// <param name="name">For messages.</param>
    /// <param name="shape">The output's.</param>
    /// <param name="reference">The result by the formula in float64.</param>
    /// <param name="plain">The same in float32.</param>
    /// <param name="terms">Terms of the longest sum.</param>
    /// <param name="run">Makes its inputs and runs.</param>
    /// <param name="factor">How much worse than plain float32 it may be.</param>
    internal static void Check(
        string name, Shape shape, double[] reference, double[] plain, int terms, Operator run, double factor = Tolerance.Forward)
    {
        var single = Run(1, 0, shape, DType.Float32, run);
        Tolerance.AssertSingle(name, reference, plain, single, factor);
        foreach (var width in (int[])[1, 4, 8, 16])
        {
            AssertSameBits($"{name} with vectors of {width}", single, Run(1, width, shape, DType.Float32, run));
        }

        var exact = Run(1, 0, shape, DType.Float64, run);
        Tolerance.AssertDouble(name, reference, exact, terms);
        foreach (var threads in (int[])[2, 3])
        {
            AssertSameBits($"{name} with {threads} threads", single, Run(threads, 0, shape, DType.Float32, run));
            AssertSameBits($"{name} in float64 with {threads} threads", exact, Run(threads, 0, shape, DType.Float64, run));
        }
    }

    /// <summary>Asserts equal bits (a NaN equals a NaN).</summary>
    internal static void AssertSameBits(string name, double[] expected, double[] actual)
    {
        for (var i = 0; i < expected.Length; i++)
        {
            var same = BitConverter.DoubleToInt64Bits(expected[i]) == BitConverter.DoubleToInt64Bits(actual[i]);
            Assert.True(same || (double.IsNaN(expected[i]) && double.IsNaN(actual[i])), $"{name}: element {i} is {actual[i]:R}, not {expected[i]:R}");
        }
    }

    private static double[] Run(int threads, int width, Shape shape, DType dtype, Operator run)
    {
        using var device = new CpuDevice(threads);
        using var output = new GuardBands(device, shape, dtype);
        SimdWidth.Forced = width;
        try
        {
            run(device, dtype, output.Tensor);
        }
        finally
        {
            SimdWidth.Forced = 0;
        }

        output.Check();
        return TensorValues.ToDoubles(output.Tensor);
    }
}
