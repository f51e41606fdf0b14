using PlamoNative.Engine;
using PlamoNative.Tests;
using Xunit;

namespace PlamoNative.Kernels.Tests.Gpu;

[Collection(GpuTests.Name)]
public sealed class CastingGpuTests(GpuTwin gpu)
{
    [Theory]
    [InlineData(DType.BFloat16, 1000)]
    [InlineData(DType.BFloat16, 1001)]
    [InlineData(DType.Float16, 1000)]
    [InlineData(DType.Float16, 7)]
    public void Narrowed_and_widened_values_have_the_bits_of_the_processor(DType narrow, int count)
    {
        double[] special = [0, -0.0, double.PositiveInfinity, double.NegativeInfinity, double.NaN, 1e-40, 3e-8];
        var x = TensorValues.Normal(1, count, 1e3);
        special.CopyTo(x, count - special.Length);
        gpu.AssertSameBits($"{narrow}", (device, dtype) =>
        {
            using var input = Tensor.FromSpan<float>(device, new Shape(count), Array.ConvertAll(x, v => (float)v));
            using var rounded = Tensor.Allocate(device, new Shape(count), narrow);
            using var wide = Tensor.Allocate(device, new Shape(count), DType.Float32);
            Casting.Run(input, rounded);
            Casting.Run(rounded, wide);
            return [Array.ConvertAll(wide.ToArray<float>(), v => (double)v)];
        });
    }

    [Fact]
    public void Kernels_of_the_device_ran()
    {
        using var x = Tensor.FromSpan<float>(gpu.Device, new Shape(3), [1, 2, 3]);
        Add.Forward(x, x, x);
        Assert.Equal([2, 4, 6], x.ToArray<float>());
        Assert.Contains("AddKernels_Forward", gpu.Launched);
    }
}
