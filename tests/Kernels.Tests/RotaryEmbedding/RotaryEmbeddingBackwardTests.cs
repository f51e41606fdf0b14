using PlamoNative.Engine;
using PlamoNative.Tests;
using PlamoNative.Tests.Cases;
using PlamoNative.Tests.References;
using Xunit;

namespace PlamoNative.Kernels.Tests;

public sealed class RotaryEmbeddingBackwardTests
{
    public static TheoryData<string> HeadNames => [.. HeadCase.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(HeadNames))]
    public void Gradients_turn_by_the_opposite_angle(string name)
    {
        var c = HeadCase.All.Single(c => c.Name == name);
        var shape = new Shape(c.Tokens, c.Heads, c.HeadSize);
        var dy = TensorValues.Normal(1, shape.ElementCount);
        long[] positions = [.. Enumerable.Range(0, c.Tokens).Select(t => (long)t * 7)];
        long[] opposite = [.. positions.Select(p => -p)];
        var reference = RotaryReference.Forward<double>(dy, opposite, c.Heads, c.HeadSize, 10000);
        var plain = RotaryReference.Forward<float>(dy, opposite, c.Heads, c.HeadSize, 10000);

        // An angle of some hundred radians is known to the reference to 1e-14 only.
        OperatorHarness.Check(
            name, shape, reference, plain, 1000, (device, dtype, output) =>
            {
                using var gradient = TensorValues.Strided(device, shape, dtype, dy, c.Padding);
                RotaryEmbeddingBackward.Run(gradient, positions, 10000, output);
            },
            Tolerance.Backward);
    }

    [Theory]
    [InlineData("rope", 10000.0, 1e-11)]
    [InlineData("rope-far", 1000000.0, 1e-9)]
    public void Golden_gradients_agree(string name, double theta, double exact)
    {
        long[] positions = name == "rope" ? [0, 1, 2, 0, 0, 1, 2, 3, 4, 5, 6] : [4095, 32767, 1000003];
        using var device = new CpuDevice(1);
        using var oracle = new OracleFile($"oracle/training/kernels/{name}.safetensors");
        foreach (var (dtype, bound) in GradientChecks.Golden)
        {
            using var dy = oracle.Tensor(device, "d_y", dtype);
            RotaryEmbeddingBackward.Run(dy, positions, theta, dy);
            GradientChecks.AssertGolden(name, oracle.Values("d_x"), dy, dtype == DType.Float64 ? exact : bound);
        }
    }

    [Fact]
    public void Gradients_are_the_central_differences_of_the_forward_pass()
    {
        var shape = new Shape(3, 2, 6);
        long[] positions = [0, 3, 100];
        var x = TensorValues.Normal(2, 36);
        var dy = TensorValues.Normal(3, 36);
        using var device = new CpuDevice(1);
        using var gradient = TensorValues.From(device, shape, DType.Float64, dy);
        using var dx = Tensor.Allocate(device, shape, DType.Float64);
        RotaryEmbeddingBackward.Run(gradient, positions, 500, dx);
        GradientChecks.AssertDifferences("dx", x, TensorValues.ToDoubles(dx), values =>
        {
            using var input = TensorValues.From(device, shape, DType.Float64, values);
            RotaryEmbedding.Forward(input, positions, 500, input);
            return GradientChecks.Dot(TensorValues.ToDoubles(input), dy);
        });
        GradientChecks.AssertNoAllocation(() => RotaryEmbeddingBackward.Run(gradient, positions, 500, dx));
    }

    [Fact]
    public void A_gradient_of_another_shape_is_named_in_the_error()
    {
        using var device = new CpuDevice(1);
        using var dy = Tensor.Allocate(device, new Shape(2, 1, 8), DType.Float32);
        using var dx = Tensor.Allocate(device, new Shape(2, 1, 6), DType.Float32);
        var error = Assert.Throws<ShapeMismatchException>(() => RotaryEmbeddingBackward.Run(dy, [0, 1], 10000, dx));
        Assert.Contains("inputGradient", error.Message, StringComparison.Ordinal);
    }
}
