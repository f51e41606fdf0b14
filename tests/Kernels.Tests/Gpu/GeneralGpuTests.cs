using PlamoNative.Engine;
using PlamoNative.Tests;
using Xunit;

namespace PlamoNative.Kernels.Tests.Gpu;

[Collection(GpuTests.Name)]
public sealed class GeneralGpuTests(GpuTwin gpu)
{
    private static readonly Shape Shape = new(3, 5, 4, 7);

    public static TheoryData<UnaryFunction> Unaries => [.. Enum.GetValues<UnaryFunction>()];

    public static TheoryData<BinaryFunction> Binaries => [.. Enum.GetValues<BinaryFunction>()];

    public static TheoryData<string> Axes => ["0", "1", "3", "1 3", "0 1 2 3", "0 1", "2"];

    [Theory]
    [MemberData(nameof(Unaries))]
    public void Functions_of_one_element_have_the_bits_of_the_processor(UnaryFunction function)
    {
        double[] special = [0, -0.0, double.PositiveInfinity, double.NegativeInfinity, double.NaN, 1e-40, -1e-40, 88.9, -104.5, 3e9, 1e6, -1e6];
        var x = TensorValues.Normal(1, 420, 3);
        special.CopyTo(x, 7);
        gpu.AssertSameBits($"{function}", (device, dtype) =>
        {
            using var input = new Placed(device, Shape, dtype, x, 3);
            using var output = new Placed(device, Shape, dtype);
            using var gradient = new Placed(device, Shape, dtype, TensorValues.Normal(2, 420), 1);
            Pointwise.Unary(function, input.View, output.View);
            Pointwise.UnaryGradient(function, input.View, Pointwise.SavesOutput(function) ? output.View : input.View, gradient.View, accumulate: true);
            return [output.Read(), gradient.Read()];
        });
    }

    [Theory]
    [MemberData(nameof(Binaries))]
    public void Functions_of_two_elements_have_the_bits_of_the_processor(BinaryFunction function) => gpu.AssertSameBits($"{function}", (device, dtype) =>
    {
        using var left = new Placed(device, Shape, dtype, TensorValues.Normal(3, 420), 2);
        using var right = new Placed(device, new Shape(5, 1, 7), dtype, TensorValues.Normal(4, 35));
        using var value = new Placed(device, Shape, dtype);
        using var toLeft = new Placed(device, Shape, dtype);
        using var toRight = new Placed(device, Shape, dtype, TensorValues.Normal(5, 420));
        using var turned = new Placed(device, new Shape(7, 4, 5, 3), dtype);
        using var view = turned.View.Permute(3, 2, 1, 0);
        Pointwise.Binary(function, left.View, right.View, value.View);
        Pointwise.Binary(function, right.View, left.View, view);
        Pointwise.LeftGradient(function, value.View, left.View, right.View, toLeft.View);
        Pointwise.RightGradient(function, value.View, left.View, right.View, toRight.View, accumulate: true);
        return [value.Read(), turned.Read(), toLeft.Read(), toRight.Read()];
    });

    [Fact]
    public void Functions_with_constants_have_the_bits_of_the_processor() => gpu.AssertSameBits("constants", (device, dtype) =>
    {
        var results = new List<double[]>();
        using var x = new Placed(device, Shape, dtype, TensorValues.Normal(6, 420), 1);
        using var condition = new Placed(device, new Shape(4, 1), dtype, [0, 1, double.NaN, -2]);
        foreach (var exponent in (double[])[2, 3, -2, 0.5, -1.5, 0, 65])
        {
            Keep(output => Pointwise.Power(x.View, exponent, output));
            Keep(output => Pointwise.PowerGradient(exponent, x.View, x.View, output));
        }

        Keep(output => Pointwise.Fill(output, 0.1));
        Keep(output => Pointwise.Copy(x.View, output));
        Keep(output => Pointwise.Affine(x.View, 0.1, 0, output));
        Keep(output => Pointwise.Affine(x.View, 0.1, 0.7, output));
        Keep(output => Pointwise.Where(condition.View, x.View, condition.View, output));
        Keep(output => Pointwise.WhereGradient(true, x.View, condition.View, output));
        Keep(output => Pointwise.WhereGradient(false, x.View, condition.View, output));
        return [.. results];

        void Keep(Action<Tensor> run)
        {
            using var output = new Placed(device, Shape, dtype, null, 2);
            run(output.View);
            results.Add(output.Read());
        }
    });

    [Theory]
    [MemberData(nameof(Axes))]
    public void Reductions_over_any_axes_are_those_of_the_processor(string axes)
    {
        int[] over = [.. axes.Split(' ').Select(int.Parse)];
        var x = TensorValues.Normal(7, 420, 2);
        var kept = new Shape([.. Enumerable.Range(0, 4).Select(i => over.Contains(i) ? 1 : Shape[i])]);
        Near(axes, (device, dtype) =>
        {
            using var input = new Placed(device, Shape, dtype, x, 3);
            using var factor = new Placed(device, new Shape(4, 7), dtype, TensorValues.Normal(8, 28));
            var results = new List<double[]>();
            Keep(output => Reduction.Sum(input.View, over, output));
            Keep(output => Reduction.Mean(input.View, over, output, accumulate: true));
            Keep(output => Reduction.Max(input.View, over, output));
            Keep(output => Reduction.LogSumExp(input.View, over, output));
            Keep(output => Reduction.Dot(input.View, factor.View, over, output));
            Keep(output => Reduction.SumTo(input.View, output));
            using var maxima = new Placed(device, kept, dtype);
            using var gradient = new Placed(device, kept, dtype, TensorValues.Normal(9, kept.ElementCount));
            using var toInput = new Placed(device, Shape, dtype, null, 1);
            Reduction.Max(input.View, over, maxima.View);
            ReductionGradient.Max(gradient.View, input.View, maxima.View, over, toInput.View);
            results.Add(toInput.Read());
            return [.. results];

            void Keep(Action<Tensor> run)
            {
                using var output = new Placed(device, kept, dtype, TensorValues.Normal(10, kept.ElementCount));
                run(output.View);
                results.Add(output.Read());
            }
        });
    }

    [Fact]
    public void Long_sums_are_folded_by_chunks() => Near("long", (device, dtype) =>
    {
        using var row = new Placed(device, new Shape(40_000), dtype, TensorValues.Normal(11, 40_000));
        using var columns = row.View.Reshape(new Shape(1000, 40));
        using var total = new Placed(device, new Shape(1), dtype);
        using var sums = new Placed(device, new Shape(40), dtype);
        Reduction.Sum(row.View, [0], total.View);
        Reduction.Sum(columns, [0], sums.View);
        return [total.Read(), sums.Read()];
    });

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(3)]
    public void Softmax_along_any_axis_is_that_of_the_processor(int axis) => Near($"{axis}", (device, dtype) =>
    {
        using var input = new Placed(device, Shape, dtype, TensorValues.Normal(12, 420, 3), 3);
        using var y = new Placed(device, Shape, dtype);
        using var log = new Placed(device, Shape, dtype);
        using var gradient = new Placed(device, Shape, dtype);
        using var logGradient = new Placed(device, Shape, dtype, TensorValues.Normal(13, 420));
        AxisSoftmax.Forward(input.View, axis, y.View);
        AxisSoftmax.Gradient(input.View, y.View, axis, gradient.View);
        AxisSoftmax.LogForward(input.View, axis, log.View);
        AxisSoftmax.LogGradient(input.View, log.View, axis, logGradient.View, accumulate: true);
        return [y.Read(), gradient.Read(), log.Read(), logGradient.Read()];
    });

    [Fact]
    public void Elements_are_chosen_and_added_in_the_processors_order() => gpu.AssertSameBits("indexing", (device, dtype) =>
    {
        using var table = new Placed(device, Shape, dtype, TensorValues.Normal(14, 420), 1);
        using var rows = Tensor.FromSpan<int>(device, new Shape(6, 1, 1), [4, 0, 0, 3, 4, 4]);
        using var places = Tensor.FromSpan<int>(device, new Shape(3, 5, 4, 2), [.. Enumerable.Range(0, 120).Select(i => i * 5 % 7)]);
        using var bySlices = new Placed(device, new Shape(3, 6, 4, 7), dtype);
        using var byElements = new Placed(device, new Shape(3, 5, 4, 2), dtype, null, 1);
        Indexing.Gather(table.View, 1, rows, bySlices.View);
        Indexing.Gather(table.View, 3, places, byElements.View);
        Indexing.ScatterAdd(bySlices.View, 1, rows, table.View);
        Indexing.ScatterAdd(byElements.View, 3, places, table.View);
        using var wrong = Tensor.FromSpan<int>(device, new Shape(6, 1, 1), [4, 0, 5, 3, 4, 4]);
        Assert.Throws<ArgumentOutOfRangeException>(() => Indexing.Gather(table.View, 1, wrong, bySlices.View));
        return [bySlices.Read(), byElements.Read(), table.Read()];
    });

    /// <summary>Asserts that results are the processor's float64 ones, within twice what its float32 ones err.</summary>
    private void Near(string name, GpuTwin.Operator run)
    {
        using var processor = new CpuDevice(1);
        gpu.AssertNear(name, run(processor, DType.Float64), run(processor, DType.Float32), run, Tolerance.Backward);
    }
}
