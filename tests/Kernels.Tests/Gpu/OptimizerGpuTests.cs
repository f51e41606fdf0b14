using PlamoNative.Engine;
using PlamoNative.Tests;
using Xunit;

namespace PlamoNative.Kernels.Tests.Gpu;

[Collection(GpuTests.Name)]
public sealed class OptimizerGpuTests(GpuTwin gpu)
{
    private static readonly int[] Sizes = [1, 17, 4096, 0, 10007, 64];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Steps_over_many_tensors_have_the_bits_of_the_processor(bool hasMasters) => gpu.AssertSameBits($"{hasMasters}", (device, dtype) =>
    {
        var tensors = new List<Placed>();
        var rounded = new List<Tensor>();
        var parameters = Sizes.Select((size, i) =>
        {
            var shape = new Shape(size);
            Placed New(int seed)
            {
                tensors.Add(new Placed(device, shape, dtype, seed == 0 ? new double[size] : TensorValues.Normal(seed + i, size)));
                return tensors[^1];
            }

            var (value, gradient, first, second) = (New(10), New(20), New(0), New(0));
            if (!hasMasters)
            {
                return new AdamWParameter(value.View, gradient.View, first.View, second.View, i % 2 == 0);
            }

            var copy = Tensor.Allocate(device, shape, DType.BFloat16);
            rounded.Add(copy);
            return new AdamWParameter(copy, gradient.View, first.View, second.View, i % 2 == 0, value.View);
        }).ToArray();
        var settings = new AdamWSettings(0.9, 0.95, 1e-8, 0.1);
        for (var step = 1; step <= 2; step++)
        {
            AdamW.Step(parameters, settings, 3e-3, step, 0.5);
        }

        double[][] results = [.. tensors.Select(t => t.Read()), .. rounded.Select(t => t.ToArray<BFloat16>().Select(v => (double)v.ToSingle()).ToArray())];
        tensors.ForEach(t => t.Dispose());
        rounded.ForEach(t => t.Dispose());
        return results;
    });

    [Fact]
    public void The_norm_of_many_gradients_is_as_on_the_processor()
    {
        using var processor = new CpuDevice(1);
        var expected = Norm(processor, 1);
        Assert.Equal(1, Norm(gpu.Device, 1) / expected, 1e-14);
        Assert.Equal(Norm(gpu.Device, 1), Norm(gpu.Device, 1));
        Assert.Equal(1, Norm(gpu.Device, 1e30) / Norm(processor, 1e30), 1e-14);
        Assert.True(double.IsNaN(Norm(gpu.Device, double.NaN)));
        Assert.Equal(0, GradientNorm.Of([]));
    }

    private static double Norm(Device device, double scale)
    {
        var tensors = Sizes.Append(40000).Select((size, i) => new Placed(device, new Shape(size), DType.Float32, TensorValues.Normal(i, size, scale))).ToArray();
        var norm = GradientNorm.Of([.. tensors.Select(t => t.View)]);
        Array.ForEach(tensors, t => t.Dispose());
        return norm;
    }
}
