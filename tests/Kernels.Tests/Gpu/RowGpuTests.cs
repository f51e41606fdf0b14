using PlamoNative.Engine;
using PlamoNative.Tests;
using PlamoNative.Tests.Cases;
using PlamoNative.Tests.References;
using Xunit;

namespace PlamoNative.Kernels.Tests.Gpu;

[Collection(GpuTests.Name)]
public sealed class RowGpuTests(GpuTwin gpu)
{
    private const double Epsilon = 1e-6;

    // Beside the cases' own paddings 8, which keeps rows on multiples of 16 bytes.
    public static TheoryData<string, int> Rows =>
        [.. RowCase.All.SelectMany(c => c.Width % 4 == 0 ? new[] { c.Padding, 8 } : [c.Padding], (c, padding) => new TheoryDataRow<string, int>(c.Name, padding))];

    public static TheoryData<string> HeadNames => [.. HeadCase.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Sums_and_gates_have_the_bits_of_the_processor(string name, int padding)
    {
        var c = RowCase.All.Single(c => c.Name == name);
        var shape = new Shape(c.Tokens, c.Width);
        var wide = new Shape(c.Tokens, 2 * c.Width);
        var left = TensorValues.Normal(1, wide.ElementCount, 5);
        var right = TensorValues.Normal(2, shape.ElementCount);
        gpu.AssertSameBits(name, (device, dtype) =>
        {
            using var gateUp = new Placed(device, wide, dtype, left, padding);
            using var other = new Placed(device, shape, dtype, right, padding);
            using var narrow = new Placed(device, shape, dtype, left[..right.Length]);
            using var sum = new Placed(device, shape, dtype);
            using var flat = new Placed(device, shape, dtype);
            using var gated = new Placed(device, shape, dtype);
            using var gradient = new Placed(device, wide, dtype, null, padding);
            Add.Forward(narrow.View, other.View, sum.View);
            Add.Forward(narrow.View, narrow.View, flat.View);
            SwiGlu.Forward(gateUp.View, gated.View);
            SwiGluBackward.Run(gateUp.View, other.View, gradient.View);
            SwiGluBackward.Run(gateUp.View, other.View, gateUp.View);
            Assert.Equal(gradient.Read(), gateUp.Read());
            return [sum.Read(), flat.Read(), gated.Read(), gradient.Read()];
        });
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Averages_and_dropped_elements_have_the_bits_of_the_processor(string name, int padding)
    {
        var c = RowCase.All.Single(c => c.Name == name);
        var shape = new Shape(c.Tokens, c.Width);
        var x = TensorValues.Normal(3, shape.ElementCount);
        var y = TensorValues.Normal(4, shape.ElementCount);
        gpu.AssertSameBits(name, (device, dtype) =>
        {
            using var average = new Placed(device, shape, dtype, x, padding);
            using var flat = new Placed(device, shape, dtype, x);
            using var value = new Placed(device, shape, dtype, y);
            using var dropped = new Placed(device, shape, dtype, null, padding);
            MovingAverage.Step(average.View, value.View, 0.99);
            MovingAverage.Step(flat.View, value.View, 0.3);
            Dropout.Apply(value.View, 0.4, 0xFEDCBA9876543210, 0x123456789ABCDEF, dropped.View);
            return [average.Read(), flat.Read(), dropped.Read()];
        });
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Rows_become_distributions(string name, int padding)
    {
        var c = RowCase.All.Single(c => c.Name == name);
        var shape = new Shape(c.Tokens, c.Width);
        var x = TensorValues.Normal(5, shape.ElementCount, 5);
        gpu.AssertNear(name, [SoftmaxReference.Forward<double>(x, c.Width)], [SoftmaxReference.Forward<float>(x, c.Width)], (device, dtype) =>
        {
            using var input = new Placed(device, shape, dtype, x, padding);
            using var output = new Placed(device, shape, dtype);
            Softmax.Forward(input.View, output.View);
            return [output.Read()];
        }, Tolerance.Forward);
    }

    [Fact]
    public void Softmax_of_infinities_and_of_NaN_is_what_the_processor_makes_of_them() => gpu.AssertSameBits("special", (device, dtype) =>
    {
        double[] values = [1000, 1000, double.NegativeInfinity, -1000, .. Enumerable.Repeat(double.NegativeInfinity, 4), 1, double.PositiveInfinity, 2, 3, 1, double.NaN, 2, 3];
        using var rows = new Placed(device, new Shape(4, 4), dtype, values);
        Softmax.Forward(rows.View, rows.View);
        return [rows.Read()];
    });

    [Theory]
    [MemberData(nameof(Rows))]
    public void Norms_of_rows_and_their_gradients_are_as_the_formula_says(string name, int padding)
    {
        var c = RowCase.All.Single(c => c.Name == name);
        Norm(name, new Shape(c.Tokens, c.Width), new Shape(c.Width), 0.2, padding);
    }

    [Theory]
    [MemberData(nameof(HeadNames))]
    public void Norms_of_heads_and_their_gradients_are_as_the_formula_says(string name)
    {
        var c = HeadCase.All.Single(c => c.Name == name);
        Norm(name, new Shape(c.Tokens, c.Heads, c.HeadSize), new Shape(c.Heads, c.HeadSize), 0, c.Padding);
    }

    [Fact]
    public void Many_blocks_of_tokens_are_folded_in_order() => Norm("blocks", new Shape(200, 3, 20), new Shape(3, 20), 1, 4);

    [Theory]
    [MemberData(nameof(HeadNames))]
    public void Rotations_have_the_bits_of_the_processor(string name)
    {
        var c = HeadCase.All.Single(c => c.Name == name);
        var shape = new Shape(c.Tokens, c.Heads, c.HeadSize);
        var x = TensorValues.Normal(6, shape.ElementCount);
        var positions = new long[c.Tokens];
        for (var t = 0; t < positions.Length; t++)
        {
            positions[t] = (t % 4) switch { 0 => t, 1 => 1_000_003 + t, 2 => -t, _ => 9_999_999 - t };
        }

        gpu.AssertSameBits(name, (device, dtype) =>
        {
            using var input = new Placed(device, shape, dtype, x, c.Padding);
            using var output = new Placed(device, shape, dtype);
            using var gradient = new Placed(device, shape, dtype, null, c.Padding);
            RotaryEmbedding.Forward(input.View, positions, 10_000, output.View);
            RotaryEmbeddingBackward.Run(output.View, positions, 10_000, gradient.View);
            return [output.Read(), gradient.Read()];
        });
    }

    [Fact]
    public void Float64_is_refused_with_a_reason()
    {
        using var x = new Placed(gpu.Device, new Shape(2, 4), DType.Float64, new double[8]);
        var error = Assert.Throws<DTypeMismatchException>(() => Add.Forward(x.View, x.View, x.View));
        Assert.Contains("only the processor computes in float64", error.Message, StringComparison.Ordinal);
    }

    private void Norm(string name, Shape shape, Shape weightShape, double offset, int padding)
    {
        var x = TensorValues.Normal(7, shape.ElementCount, 3);
        var weight = TensorValues.Normal(8, weightShape.ElementCount);
        var dy = TensorValues.Normal(9, shape.ElementCount);
        var before = TensorValues.Normal(10, weightShape.ElementCount);
        var width = (int)shape[^1];
        gpu.AssertNear(
            name, [RmsNormReference.Forward<double>(x, weight, width, offset, Epsilon)], [RmsNormReference.Forward<float>(x, weight, width, offset, Epsilon)], (device, dtype) =>
            {
                using var input = new Placed(device, shape, dtype, x, padding);
                using var factors = new Placed(device, weightShape, dtype, weight);
                using var output = new Placed(device, shape, dtype);
                RmsNorm.Forward(input.View, factors.View, offset, Epsilon, output.View);
                return [output.Read()];
            }, Tolerance.Forward);
        if (width == 1)
        {
            return; // a lone element's gradient all but vanishes: below what the subtraction can see
        }

        var reference = RmsNormReference.Backward<double>(x, weight, dy, width, offset, Epsilon);
        var plain = RmsNormReference.Backward<float>(x, weight, dy, width, offset, Epsilon);
        gpu.AssertNear(
            $"{name}, backward", [reference.X, GradientChecks.Sum(reference.Weight, before)], [plain.X, GradientChecks.Sum(plain.Weight, before)], (device, dtype) =>
            {
                using var input = new Placed(device, shape, dtype, x, padding);
                using var factors = new Placed(device, weightShape, dtype, weight);
                using var gradient = new Placed(device, shape, dtype, dy, padding);
                using var dw = new Placed(device, weightShape, dtype, before);
                RmsNormBackward.Run(input.View, factors.View, offset, Epsilon, gradient.View, gradient.View, accumulate: false, dw.View);
                return [gradient.Read(), dw.Read()];
            }, Tolerance.Backward);
    }
}
