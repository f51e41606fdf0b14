using PlamoNative.Engine;
using PlamoNative.Tests;
using PlamoNative.Tests.Cases;
using PlamoNative.Tests.References;
using Xunit;

namespace PlamoNative.Kernels.Tests;

public sealed class SoftmaxTests
{
    public static TheoryData<string> Rows => [.. RowCase.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Rows_become_distributions(string name)
    {
        var c = RowCase.All.Single(c => c.Name == name);
        var shape = new Shape(c.Tokens, c.Width);
        var x = TensorValues.Normal(11, shape.ElementCount, 5);
        var reference = SoftmaxReference.Forward<double>(x, c.Width);
        var plain = SoftmaxReference.Forward<float>(x, c.Width);
        OperatorHarness.Check(name, shape, reference, plain, c.Width, (device, dtype, output) =>
        {
            using var input = TensorValues.Strided(device, shape, dtype, x, c.Padding);
            Softmax.Forward(input, output);
        });
    }

    [Fact]
    public void Large_logits_do_not_overflow_and_masked_ones_get_nothing()
    {
        using var device = new CpuDevice(1);
        using var x = TensorValues.From(device, new Shape(1, 4), DType.Float32, [1000, 1000, double.NegativeInfinity, -1000]);
        Softmax.Forward(x, x);
        Assert.Equal([0.5, 0.5, 0, 0], TensorValues.ToDoubles(x));
    }
}
