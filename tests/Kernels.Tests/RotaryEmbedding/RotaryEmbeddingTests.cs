using PlamoNative.Engine;
using PlamoNative.Tests;
using PlamoNative.Tests.Cases;
using PlamoNative.Tests.References;
using Xunit;

namespace PlamoNative.Kernels.Tests;

public sealed class RotaryEmbeddingTests
{
    public static TheoryData<string> HeadNames => [.. HeadCase.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(HeadNames))]
    public void Pairs_turn_as_the_formula_says(string name)
    {
        var c = HeadCase.All.Single(c => c.Name == name);
        var shape = new Shape(c.Tokens, c.Heads, c.HeadSize);
        var x = TensorValues.Normal(5, shape.ElementCount);
        var positions = Enumerable.Range(0, c.Tokens).Select(t => (long)t * 3).ToArray();
        var reference = RotaryReference.Forward<double>(x, positions, c.Heads, c.HeadSize, 10_000);
        var plain = RotaryReference.Forward<float>(x, positions, c.Heads, c.HeadSize, 10_000);

        // The reference's own angles err by an ulp of up to 200 radians.
        OperatorHarness.Check(name, shape, reference, plain, 200, (device, dtype, output) =>
        {
            using var input = TensorValues.Strided(device, shape, dtype, x, c.Padding);
            RotaryEmbedding.Forward(input, positions, 10_000, output);
        });
    }

    [Theory]
    [InlineData("rope", 10_000.0, 1e-11, new long[] { 0, 1, 2, 0, 0, 1, 2, 3, 4, 5, 6 })]
    [InlineData("rope-far", 1_000_000.0, 1e-9, new long[] { 4095, 32767, 1000003 })]
    public void Golden_cases_agree(string name, double theta, double bound, long[] positions)
    {
        using var device = new CpuDevice(1);
        using var oracle = new OracleFile($"oracle/training/kernels/{name}.safetensors");
        foreach (var (dtype, limit) in (ReadOnlySpan<(DType, double)>)[(DType.Float64, bound), (DType.Float32, 1e-5)])
        {
            using var x = oracle.Tensor(device, "x", dtype);
            using var y = Tensor.Allocate(device, x.Shape, dtype);
            RotaryEmbedding.Forward(x, positions, theta, y);
            var error = Tolerance.RelativeError(oracle.Values("y"), TensorValues.ToDoubles(y));
            Assert.True(error <= limit, $"{name}, {dtype}: {error:E2}");
        }
    }

    [Fact]
    public void Far_angles_add_up_position_by_position()
    {
        // Turning by a and then by b is turning by a + b: at ten million, angles of plain float64 products would miss by 1e-9.
        const long Far = 10_000_000;
        using var device = new CpuDevice(1);
        var shape = new Shape(1, 1, 128);
        var x = TensorValues.Normal(6, 128);
        using var input = TensorValues.From(device, shape, DType.Float64, x);
        using var once = Tensor.Allocate(device, shape, DType.Float64);
        using var back = Tensor.Allocate(device, shape, DType.Float64);
        RotaryEmbedding.Forward(input, [Far], 1_000_000, once);
        RotaryEmbedding.Forward(once, [7 - Far], 1_000_000, back);
        using var near = Tensor.Allocate(device, shape, DType.Float64);
        RotaryEmbedding.Forward(input, [7], 1_000_000, near);
        Assert.True(Tolerance.RelativeError(TensorValues.ToDoubles(near), TensorValues.ToDoubles(back)) < 1e-15);
    }

    [Fact]
    public void Wrong_arguments_are_named()
    {
        using var device = new CpuDevice(1);
        using var x = Tensor.Allocate(device, new Shape(2, 3, 8), DType.Float32);
        using var y = Tensor.Allocate(device, new Shape(2, 3, 8), DType.Float32);
        Assert.Contains("positions", Assert.Throws<ShapeMismatchException>(() => RotaryEmbedding.Forward(x, [1], 10_000, y)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => RotaryEmbedding.Forward(x, [1, 2], 0, y));
        using var odd = Tensor.Allocate(device, new Shape(2, 3, 7), DType.Float32);
        Assert.Throws<ShapeMismatchException>(() => RotaryEmbedding.Forward(odd, [1, 2], 10_000, y));
    }
}
