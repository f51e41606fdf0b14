using PlamoNative.Engine;
using PlamoNative.Tests;
using PlamoNative.Tests.References;
using Xunit;

namespace PlamoNative.Kernels.Tests;

public sealed class ReductionTests
{
    private static readonly (Shape Shape, int[] Axes)[] Cases =
    [
        (default, []),
        (new(1L), [0]),
        (new(0, 5), [0]),
        (new(5, 0), [0]),
        (new(37L), [0]),
        (new(3, 1031), [1]),
        (new(200, 19), [0]),
        (new(7, 3), [0]),
        (new(5, 4, 3), [1]),
        (new(2, 70, 3, 17), [1]),
        (new(4, 3, 5, 2, 3), [0, 2, 4]),
        (new(3, 5, 20), [0, 1]),
        (new(2, 3, 4, 5, 2, 3), [0, 1, 2, 3, 4, 5]),
        (new(6, 5), []),
        (new(2, 17000), [1]),
        (new(1100, 16), [0]),
    ];

    public static TheoryData<string> Kinds => ["Sum", "Mean", "Max", "LogSumExp"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Results_follow_the_formula_over_any_axes(string name)
    {
        foreach (var (shape, axes) in Cases)
        {
            var x = TensorValues.Normal(7, shape.ElementCount, 2);
            var groups = GeneralReference.Groups(x, shape.Span, axes);
            var expected = Array.ConvertAll(groups, g => ReductionReference.Value<double>(name, g));
            var plain = Array.ConvertAll(groups, g => ReductionReference.Value<float>(name, g));
            var terms = 1 + (int)Math.Min(1000, groups.Length == 0 ? 0 : groups.Max(g => g.Length));
            var kept = new Shape(GeneralReference.Kept(shape.Span, axes));
            foreach (var kind in shape.ElementCount > 4000 ? ["dense"] : TensorViews.Kinds)
            {
                OperatorHarness.Check($"{name} {shape} over [{string.Join(", ", axes)}] {kind}", kept, expected, plain, terms, (device, dtype, output) =>
                {
                    using var input = TensorViews.Of(device, shape, dtype, x, kind);
                    Run(name, input, axes, output);
                });
            }
        }
    }

    [Fact]
    public void Strides_and_kept_axes_do_not_change_bits()
    {
        using var device = new CpuDevice(2);
        foreach (var (shape, axes) in Cases)
        {
            var x = TensorValues.Normal(7, shape.ElementCount, 2);
            foreach (var name in (string[])["Sum", "Mean", "Max", "LogSumExp"])
            {
                var kept = new Shape(GeneralReference.Kept(shape.Span, axes));
                var sizes = Enumerable.Range(0, shape.Rank).Where(i => !axes.Contains(i)).Select(i => shape[i]).ToArray();
                double[]? bits = null;
                foreach (var kind in TensorViews.Kinds)
                {
                    using var input = TensorViews.Of(device, shape, DType.Float32, x, kind);
                    using var output = Tensor.Allocate(device, kept, DType.Float32);
                    using var dropped = TensorViews.Reversed(device, new Shape(sizes), DType.Float32);
                    Run(name, input, axes, output);
                    Run(name, input, axes, dropped);
                    bits ??= TensorValues.ToDoubles(output);
                    OperatorHarness.AssertSameBits($"{name} {shape} {kind}", bits, TensorValues.ToDoubles(output));
                    OperatorHarness.AssertSameBits($"{name} {shape} {kind}, axes dropped", bits, TensorValues.ToDoubles(dropped));
                }
            }
        }
    }

    [Fact]
    public void Sums_reach_what_was_broadcast()
    {
        foreach (var (wide, narrow) in (ReadOnlySpan<(Shape, Shape)>)[(new(4, 5, 23), new(23L)), (new(4, 5, 23), new(4, 1, 23)), (new(3, 4), default), (new(2, 6, 3), new(6, 1)), (new(5, 4), new(5, 4))])
        {
            var x = TensorValues.Normal(7, wide.ElementCount);
            var held = TensorValues.Normal(8, narrow.ElementCount);
            var expected = GeneralReference.SumTo<double>(x, wide.Span, narrow.Span).Zip(held, (a, b) => a + b).ToArray();
            var plain = GeneralReference.SumTo<float>(x, wide.Span, narrow.Span).Zip(held, (a, b) => (double)((float)a + (float)b)).ToArray();
            var to = narrow;
            var from = wide;
            OperatorHarness.Check($"{wide} to {narrow}", narrow, expected, plain, 100, (device, dtype, output) =>
            {
                using var input = TensorViews.Of(device, from, dtype, x, "reversed");
                GradientChecks.Fill(output, held);
                Reduction.SumTo(input, output, accumulate: true);
            });
        }
    }

    [Fact]
    public void A_dot_product_takes_a_broadcast_factor()
    {
        Shape shape = new(3, 40, 20), other = new(40, 1);
        var x = TensorValues.Normal(1, shape.ElementCount);
        var y = TensorValues.Normal(2, other.ElementCount);
        var products = GeneralReference.Expand(y, other.Span, shape.Span).Zip(x, (a, b) => a * b).ToArray();
        foreach (var axes in (int[][])[[1], [2], [0, 2]])
        {
            var groups = GeneralReference.Groups(products, shape.Span, axes);
            var kept = new Shape(GeneralReference.Kept(shape.Span, axes));
            OperatorHarness.Check("dot", kept, Array.ConvertAll(groups, g => g.Sum()), Array.ConvertAll(groups, g => (double)g.Aggregate(0f, (sum, v) => sum + (float)v)), 60, (device, dtype, output) =>
            {
                using var a = TensorViews.Of(device, shape, dtype, x, "dense");
                using var b = TensorViews.Of(device, other, dtype, y, "dense");
                Reduction.Dot(a, b, axes, output);
            });
        }
    }

    [Fact]
    public void Infinities_and_NaNs_come_through()
    {
        using var device = new CpuDevice(1);
        var (inf, nan) = (double.PositiveInfinity, double.NaN);
        foreach (var dtype in (ReadOnlySpan<DType>)[DType.Float32, DType.Float64])
        {
            foreach (var transposed in (ReadOnlySpan<bool>)[false, true])
            {
                var rows = TensorValues.From(device, new Shape(4, 17), dtype, [.. Row(-inf, -inf), .. Row(inf, 0), .. Row(nan, 1), .. Row(-inf, 3)]);
                using var x = transposed ? rows.Permute(1, 0) : rows;
                using var output = Tensor.Allocate(device, new Shape(4), dtype);
                Reduction.Max(x, [transposed ? 0 : 1], output);
                Assert.Equal([-inf, inf, nan, 3], TensorValues.ToDoubles(output));
                Reduction.LogSumExp(x, [transposed ? 0 : 1], output);
                var logs = TensorValues.ToDoubles(output);
                Assert.Equal([-inf, inf, nan], logs[..3]);
                Assert.Equal(3 + Math.Log(16), logs[3], 1e-6);
            }
        }

        static double[] Row(double first, double others) => [first, .. Enumerable.Repeat(others, 16)];
    }

    [Fact]
    public void Misfits_are_refused_by_name()
    {
        using var device = new CpuDevice(1);
        using var x = Tensor.Allocate(device, new Shape(2, 3), DType.Float32);
        Assert.Contains("[3] or [1, 3]", Assert.Throws<ShapeMismatchException>(() => Reduction.Sum(x, [0], x)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Reduction.Sum(x, [2], x));
        Assert.Throws<ArgumentException>(() => Reduction.Sum(x, [0, 0], x));
        using var narrow = Tensor.Allocate(device, new Shape(2), DType.Float32);
        Assert.Throws<ShapeMismatchException>(() => Reduction.SumTo(x, narrow));
        using var wide = Tensor.Allocate(device, new Shape(3), DType.Float64);
        Assert.Throws<DTypeMismatchException>(() => Reduction.Sum(x, [0], wide));
    }

    private static void Run(string name, Tensor input, int[] axes, Tensor output)
    {
        switch (name)
        {
            case "Sum":
                Reduction.Sum(input, axes, output);
                break;
            case "Mean":
                Reduction.Mean(input, axes, output);
                break;
            case "Max":
                Reduction.Max(input, axes, output);
                break;
            default:
                Reduction.LogSumExp(input, axes, output);
                break;
        }
    }
}
