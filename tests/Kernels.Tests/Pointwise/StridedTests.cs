using PlamoNative.Engine;
using PlamoNative.Tests;
using PlamoNative.Tests.References;
using Xunit;

namespace PlamoNative.Kernels.Tests;

public sealed class StridedTests
{
    [Fact]
    public void Copies_go_between_any_strides_and_add_where_asked()
    {
        using var device = new CpuDevice(2);
        foreach (var shape in (Shape[])[default, new(1L), new(0, 3), new(3, 1, 5), new(37, 41), new(2, 3, 2, 5, 3, 7), new(3, 1030)])
        {
            foreach (var dtype in (DType[])[DType.Float32, DType.Float64])
            {
                var x = TensorValues.Normal(1, shape.ElementCount);
                foreach (var from in TensorViews.Kinds)
                {
                    foreach (var to in TensorViews.Kinds)
                    {
                        using var input = TensorViews.Of(device, shape, dtype, x, from);
                        using var output = TensorViews.Of(device, shape, dtype, new double[x.Length], to);
                        Pointwise.Copy(input, output);
                        Assert.Equal(x, TensorValues.ToDoubles(output));
                        Pointwise.Copy(input, output, accumulate: true);
                        Assert.Equal(Array.ConvertAll(x, v => 2 * v), TensorValues.ToDoubles(output));
                    }
                }
            }
        }
    }

    [Fact]
    public void Padding_between_rows_is_never_touched()
    {
        using var device = new CpuDevice(1);
        using var whole = TensorValues.From(device, new Shape(9, 8), DType.Float32, Enumerable.Repeat(-5.0, 72).ToArray());
        using var inner = whole.Narrow(0, 2, 5).Narrow(1, 3, 2);
        Pointwise.Fill(inner, 1);
        var values = TensorValues.ToDoubles(whole);
        Assert.Equal(10, values.Count(v => v == 1));
        Assert.Equal(62, values.Count(v => v == -5));
    }

    [Theory]
    [InlineData(2.5, 0)]
    [InlineData(-1, 0.75)]
    [InlineData(1, 3)]
    public void Scaling_and_shifting_round_once(double scale, double shift)
    {
        var shape = new Shape(5, 211);
        var x = TensorValues.Normal(1, shape.ElementCount);
        var exact = Array.ConvertAll(x, v => Math.FusedMultiplyAdd(v, scale, shift));
        OperatorHarness.Check("affine", shape, exact, Array.ConvertAll(exact, v => (double)(float)v), 1, (device, dtype, output) =>
        {
            using var input = TensorViews.Of(device, shape, dtype, x, "reversed");
            Pointwise.Affine(input, scale, shift, output);
        });
    }

    [Fact]
    public void Where_chooses_and_passes_gradients_to_what_it_chose()
    {
        Shape shape = new(3, 4, 19), conditionShape = new(4, 1), yesShape = new(3, 1, 19);
        var condition = new double[] { 0, 1, double.NaN, -2 };
        var yes = TensorValues.Normal(1, yesShape.ElementCount);
        var no = TensorValues.Normal(2, shape.ElementCount);
        var wide = GeneralReference.Expand(condition, conditionShape.Span, shape.Span);
        var wideYes = GeneralReference.Expand(yes, yesShape.Span, shape.Span);
        var expected = wide.Select((c, i) => c > 0 || c < 0 ? wideYes[i] : no[i]).ToArray();
        Check("where", expected, (c, y, n, output) => Pointwise.Where(c, y, n, output));
        Check("where, yes", wide.Select((c, i) => c > 0 || c < 0 ? no[i] : 0).ToArray(), (c, _, n, output) => Pointwise.WhereGradient(true, n, c, output));
        Check("where, no", wide.Select((c, i) => c > 0 || c < 0 ? 0 : no[i]).ToArray(), (c, _, n, output) => Pointwise.WhereGradient(false, n, c, output));

        void Check(string name, double[] result, Action<Tensor, Tensor, Tensor, Tensor> run) =>
            OperatorHarness.Check(name, shape, result, result, 1, (device, dtype, output) =>
            {
                using var c = TensorValues.From(device, conditionShape, dtype, condition);
                using var y = TensorValues.From(device, yesShape, dtype, yes);
                using var n = TensorViews.Of(device, shape, dtype, no, "reversed");
                run(c, y, n, output);
            });
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        using var device = new CpuDevice(1);
        using var x = TensorValues.From(device, new Shape(20, 300), DType.Float32, new double[6000]);
        using var bias = TensorValues.From(device, new Shape(300), DType.Float32, new double[300]);
        GradientChecks.AssertNoAllocation(() =>
        {
            Pointwise.Binary(BinaryFunction.Add, x, bias, x);
            Reduction.SumTo(x, bias, accumulate: true);
        });
    }
}
