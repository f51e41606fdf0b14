using PlamoNative.Engine;
using PlamoNative.Tests;
using Xunit;

namespace PlamoNative.Kernels.Tests;

/// <summary>Every family of general operators at sizes that several threads share: the same bits for all widths and threads, and those that are committed here.</summary>
public sealed class GeneralBitsTests
{
    private const int Rows = 301;
    private const int Width = 259;
    private static readonly Shape Whole = new(Rows, Width);

    [Fact]
    public void General_operators_have_their_committed_bits()
    {
        var expected = Run(1, 0);
        Assert.DoesNotContain(expected, float.IsNaN);
        Assert.Equal("09B2883F53FA0992", BitHash.Of(expected));
        foreach (var (threads, width) in (ReadOnlySpan<(int, int)>)[(1, 1), (1, 4), (1, 8), (1, 16), (2, 0), (3, 0)])
        {
            Assert.Equal(expected, Run(threads, width));
        }
    }

    private static float[] Run(int threads, int width)
    {
        using var device = new CpuDevice(threads);
        SimdWidth.Forced = width;
        try
        {
            return [.. Elementwise(device), .. Reduced(device), .. Chosen(device), .. Products(device)];
        }
        finally
        {
            SimdWidth.Forced = 0;
        }
    }

    private static float[] Elementwise(Device device)
    {
        using var x = Values(device, 1, Whole);
        using var bias = Values(device, 2, new Shape(Width));
        using var column = Values(device, 3, new Shape(Rows, 1));
        using var positive = Values(device, 0, Whole);
        Pointwise.Unary(UnaryFunction.Exp, x, positive);
        using var sum = Values(device, 0, Whole);
        using var value = Values(device, 0, Whole);
        foreach (var function in Enum.GetValues<UnaryFunction>())
        {
            // Logarithms and roots of negative numbers are NaN, whose bits are no promise.
            var argument = function is UnaryFunction.Log or UnaryFunction.Sqrt ? positive : x;
            Pointwise.Unary(function, argument, value);
            Pointwise.UnaryGradient(function, column, Pointwise.SavesOutput(function) ? value : argument, sum, accumulate: true);
            Pointwise.Binary(BinaryFunction.Add, sum, value, sum);
        }

        foreach (var function in Enum.GetValues<BinaryFunction>())
        {
            Pointwise.Binary(function, sum, bias, value);
            Pointwise.LeftGradient(function, column, value, bias, sum, accumulate: true);
            Pointwise.RightGradient(function, bias, x, column, sum, accumulate: true);
        }

        Pointwise.Power(x, 3, sum, accumulate: true);
        Pointwise.Affine(bias, 1.5, -0.25, sum, accumulate: true);
        return Singles(sum);
    }

    private static float[] Reduced(Device device)
    {
        using var x = Values(device, 1, Whole);
        using var turned = x.Permute(1, 0);
        using var rows = Values(device, 0, new Shape(Rows, 1));
        using var columns = Values(device, 0, new Shape(1, Width));
        using var all = Values(device, 0, default);
        using var soft = Values(device, 0, Whole);
        using var gradient = Values(device, 4, Whole);
        Reduction.Sum(x, [0], columns);
        Reduction.Mean(x, [1], rows);
        Reduction.Dot(x, gradient, [0], columns, accumulate: true);
        Reduction.Sum(turned, [0, 1], all);
        using var maxima = Values(device, 0, new Shape(Rows, 1));
        Reduction.Max(x, [1], maxima);
        ReductionGradient.Max(rows, x, maxima, [1], gradient, accumulate: true);
        Reduction.LogSumExp(x, [1], maxima);
        ReductionGradient.LogSumExp(rows, x, maxima, gradient, accumulate: true);
        AxisSoftmax.Forward(x, 1, soft);
        AxisSoftmax.Gradient(gradient, soft, 1, gradient);
        AxisSoftmax.Forward(x, 0, soft);
        AxisSoftmax.Gradient(x, soft, 0, gradient, accumulate: true);
        AxisSoftmax.LogForward(x, 0, soft);
        AxisSoftmax.LogGradient(columns, soft, 0, gradient, accumulate: true);
        return [.. Singles(rows), .. Singles(columns), .. Singles(all), .. Singles(maxima), .. Singles(gradient)];
    }

    private static float[] Chosen(Device device)
    {
        using var x = Values(device, 1, Whole);
        using var sums = Values(device, 2, new Shape(7, Width));
        using var index = Tensor.FromSpan<int>(device, new Shape(Rows, 1), [.. Enumerable.Range(0, Rows).Select(i => i * i % 7)]);
        using var chosen = Values(device, 0, Whole);
        Indexing.ScatterAdd(x, 0, index, sums);
        Indexing.Gather(sums, 0, index, chosen);
        return Singles(chosen);
    }

    private static float[] Products(Device device)
    {
        using var a = Values(device, 1, new Shape(7, 43, 37));
        using var b = Values(device, 2, new Shape(29, 37));
        using var c = Values(device, 0, new Shape(7, 43, 29));
        using var d = Values(device, 0, new Shape(29, 37));
        MatMul.Run(a, false, b, true, c);
        MatMul.Run(c, true, a, false, d);
        return [.. Singles(c), .. Singles(d)];
    }

    private static float[] Singles(Tensor tensor) => Array.ConvertAll(TensorValues.ToDoubles(tensor), value => (float)value);

    // Seed 0: zeros. Others from integers only, so that every platform begins with the same bits.
    private static Tensor Values(Device device, int seed, Shape shape) =>
        TensorValues.From(device, shape, DType.Float32, seed == 0 ? new double[shape.ElementCount] : TensorValues.Uniform(seed, shape.ElementCount));
}
