using PlamoNative.Engine;
using PlamoNative.Tests;
using PlamoNative.Tests.Cases;
using PlamoNative.Tests.References;
using Xunit;

namespace PlamoNative.Kernels.Tests;

public sealed class SwiGluTests
{
    public static TheoryData<string> Rows => [.. RowCase.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Gates_open_as_the_formula_says(string name)
    {
        var c = RowCase.All.Single(c => c.Name == name);
        var inputShape = new Shape(c.Tokens, 2 * c.Width);
        var x = TensorValues.Normal(7, inputShape.ElementCount, 4);
        var reference = SwiGluReference.Forward<double>(x, c.Width);
        var plain = SwiGluReference.Forward<float>(x, c.Width);
        OperatorHarness.Check(name, new Shape(c.Tokens, c.Width), reference, plain, 4, (device, dtype, output) =>
        {
            using var input = TensorValues.Strided(device, inputShape, dtype, x, c.Padding);
            SwiGlu.Forward(input, output);
        });
    }

    [Fact]
    public void The_golden_case_agrees()
    {
        using var device = new CpuDevice(1);
        using var oracle = new OracleFile("oracle/training/kernels/swiglu.safetensors");
        foreach (var (dtype, bound) in (ReadOnlySpan<(DType, double)>)[(DType.Float64, 1e-11), (DType.Float32, 1e-5)])
        {
            using var x = oracle.Tensor(device, "gate_up", dtype);
            using var y = Tensor.Allocate(device, oracle.Shape("y"), dtype);
            SwiGlu.Forward(x, y);
            Assert.True(Tolerance.RelativeError(oracle.Values("y"), TensorValues.ToDoubles(y)) <= bound);
        }
    }

    [Fact]
    public void An_odd_width_is_refused()
    {
        using var device = new CpuDevice(1);
        using var x = Tensor.Allocate(device, new Shape(2, 7), DType.Float32);
        using var y = Tensor.Allocate(device, new Shape(2, 3), DType.Float32);
        Assert.Throws<ShapeMismatchException>(() => SwiGlu.Forward(x, y));
    }
}
