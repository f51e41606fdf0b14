using PlamoNative.Engine;
using PlamoNative.Tests;
using Xunit;

namespace PlamoNative.Kernels.Tests;

public sealed class GradientNormTests
{
    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void The_norm_is_that_of_all_tensors_together_with_any_number_of_threads(DType dtype)
    {
        int[] sizes = [0, 1, 15, 16, 17, 16384, 50001];
        double[][] values = [.. sizes.Select((size, i) => TensorValues.Normal(i, size))];
        var expected = Math.Sqrt(values.SelectMany(v => v).Sum(v => v * v));
        double[] norms = [.. ((int[])[1, 2, 3]).Select(threads =>
        {
            using var device = new CpuDevice(threads);
            Tensor[] tensors = [.. values.Select(v => TensorValues.From(device, new Shape(v.Length), dtype, v))];
            var norm = GradientNorm.Of(tensors);
            Array.ForEach(tensors, tensor => tensor.Dispose());
            return norm;
        })];
        Assert.InRange(norms[0], expected * (1 - 1e-13), expected * (1 + 1e-13));
        Assert.All(norms, norm => Assert.Equal(norms[0], norm));
    }

    [Fact]
    public void Lanes_and_blocks_are_added_in_the_stated_order()
    {
        var values = TensorValues.Normal(8, 40000);
        var total = 0.0;
        for (var block = 0; block < values.Length; block += 16384)
        {
            var lanes = new double[16];
            for (var i = 0; i < Math.Min(16384, values.Length - block); i++)
            {
                lanes[i % 16] = Math.FusedMultiplyAdd(values[block + i], values[block + i], lanes[i % 16]);
            }

            for (var half = 8; half > 0; half /= 2)
            {
                for (var i = 0; i < half; i++)
                {
                    lanes[i] += lanes[i + half];
                }
            }

            total += lanes[0];
        }

        using var device = new CpuDevice(2);
        using var single = TensorValues.From(device, new Shape(200, 200), DType.Float32, values);
        using var exact = TensorValues.From(device, new Shape(40000), DType.Float64, values);
        Assert.Equal(total, GradientNorm.SumOfSquares([single]));
        Assert.Equal(total, GradientNorm.SumOfSquares([exact]));
    }

    [Fact]
    public void Large_and_small_gradients_neither_overflow_nor_vanish_and_nan_shows()
    {
        using var device = new CpuDevice(1);
        using var large = TensorValues.From(device, new Shape(4), DType.Float32, [1e30, 1e30, 1e30, 1e30]);
        using var small = TensorValues.From(device, new Shape(4), DType.Float32, [1e-30, 1e-30, 1e-30, 1e-30]);
        using var spoiled = TensorValues.From(device, new Shape(3), DType.Float32, [1, double.NaN, 2]);
        Assert.Equal(2e30, GradientNorm.Of([large]), 1e24);
        Assert.Equal(2e-30, GradientNorm.Of([small]), 1e-36);
        Assert.True(double.IsNaN(GradientNorm.Of([small, spoiled])));
        Tensor[] tensors = [large, small];
        GradientChecks.AssertNoAllocation(() => GradientNorm.Of(tensors));
    }

    [Fact]
    public void Clipping_binds_only_above_its_norm()
    {
        Assert.Equal(1, GradientNorm.ClipFactor(0.5, 1));
        Assert.Equal(1, GradientNorm.ClipFactor(1, 1));
        Assert.Equal(0.25, GradientNorm.ClipFactor(4, 1));
    }
}
