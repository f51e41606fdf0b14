using PlamoNative.Engine;
using PlamoNative.Tests;
using PlamoNative.Tests.Cases;
using PlamoNative.Tests.References;
using Xunit;

namespace PlamoNative.Kernels.Tests;

public sealed class RmsNormTests
{
    public static TheoryData<string> Rows => [.. RowCase.All.Select(c => c.Name)];

    public static TheoryData<string> HeadNames => [.. HeadCase.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Rows_are_normed_as_the_formula_says(string name)
    {
        var c = RowCase.All.Single(c => c.Name == name);
        var shape = new Shape(c.Tokens, c.Width);
        var x = TensorValues.Normal(1, shape.ElementCount, 3);
        var weight = TensorValues.Normal(2, c.Width);
        Check(name, shape, new Shape(c.Width), x, weight, 0.2, c.Padding);
    }

    [Theory]
    [MemberData(nameof(HeadNames))]
    public void Heads_are_normed_each_with_its_weights(string name)
    {
        var c = HeadCase.All.Single(c => c.Name == name);
        var shape = new Shape(c.Tokens, c.Heads, c.HeadSize);
        var x = TensorValues.Normal(3, shape.ElementCount, 0.5);
        var weight = TensorValues.Normal(4, c.Heads * c.HeadSize);
        Check(name, shape, new Shape(c.Heads, c.HeadSize), x, weight, 0, c.Padding);
    }

    [Theory]
    [InlineData("rms-norm-one", 1.0)]
    [InlineData("rms-norm-fifth", 0.2)]
    [InlineData("rms-norm-small", 0.08944271909999159)]
    [InlineData("rms-norm-zero", 0.0)]
    [InlineData("qk-norm", 0.0)]
    public void Golden_cases_agree_row_by_row(string name, double offset)
    {
        using var device = new CpuDevice(1);
        using var oracle = new OracleFile($"oracle/training/kernels/{name}.safetensors");
        var golden = oracle.Values("y");
        foreach (var (dtype, bound) in (ReadOnlySpan<(DType, double)>)[(DType.Float64, 1e-11), (DType.Float32, 1e-5)])
        {
            using var x = oracle.Tensor(device, "x", dtype);
            using var weight = oracle.Tensor(device, "weight", dtype);
            using var y = Tensor.Allocate(device, x.Shape, dtype);
            RmsNorm.Forward(x, weight, offset, 1e-6, y);
            var ours = TensorValues.ToDoubles(y);
            var width = (int)x.Shape[^1];
            for (var row = 0; row < golden.Length; row += width)
            {
                var error = Tolerance.RelativeError(golden.AsSpan(row, width), ours.AsSpan(row, width));
                Assert.True(error <= bound, $"{name}, {dtype}, row {row / width}: {error:E2}");
            }
        }
    }

    [Fact]
    public void A_weight_of_another_width_is_named_in_the_error()
    {
        using var device = new CpuDevice(1);
        using var x = Tensor.Allocate(device, new Shape(2, 8), DType.Float32);
        using var weight = Tensor.Allocate(device, new Shape(7), DType.Float32);
        using var y = Tensor.Allocate(device, new Shape(2, 8), DType.Float32);
        var error = Assert.Throws<ShapeMismatchException>(() => RmsNorm.Forward(x, weight, 0, 1e-6, y));
        Assert.Contains("weight", error.Message, StringComparison.Ordinal);
        Assert.Contains("[8]", error.Message, StringComparison.Ordinal);
        Assert.Contains("[7]", error.Message, StringComparison.Ordinal);
        using var exact = Tensor.Allocate(device, new Shape(8), DType.Float64);
        Assert.Throws<DTypeMismatchException>(() => RmsNorm.Forward(x, exact, 0, 1e-6, y));
    }

    private static void Check(string name, Shape shape, Shape weightShape, double[] x, double[] weight, double offset, int padding)
    {
        const double Epsilon = 1e-6;
        var width = (int)shape[^1];
        var reference = RmsNormReference.Forward<double>(x, weight, width, offset, Epsilon);
        var plain = RmsNormReference.Forward<float>(x, weight, width, offset, Epsilon);
        OperatorHarness.Check(name, shape, reference, plain, width, (device, dtype, output) =>
        {
            using var input = TensorValues.Strided(device, shape, dtype, x, padding);
            using var factors = TensorValues.From(device, weightShape, dtype, weight);
            RmsNorm.Forward(input, factors, offset, Epsilon, output);
        });
    }
}
