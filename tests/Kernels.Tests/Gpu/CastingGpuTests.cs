using System.Runtime.InteropServices;
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

    [Theory]
    [InlineData(DType.BFloat16)]
    [InlineData(DType.Float16)]
    public void A_narrowed_NaN_keeps_the_sign_and_payload_that_the_processor_keeps(DType narrow)
    {
        uint[] bits =
        [
            0x7FC00000, 0xFFC00000, 0x7F800001, 0xFF800001, 0x7FFFFFFF, 0xFFFFFFFF, 0x7FA5A5A5, 0xFFA5A5A5, 0x7FC12345, 0xFFC12345, 0x7F810000, 0xFF81E000, 0x7F800000, 0xFF800000, 0x3F800000,
        ];
        using var processor = new CpuDevice(1);
        Assert.Equal(Narrowed(processor), Narrowed(gpu.Device));

        string Narrowed(Device device)
        {
            using var input = Tensor.FromSpan<float>(device, new Shape(bits.Length), MemoryMarshal.Cast<uint, float>(bits));
            using var output = Tensor.Allocate(device, new Shape(bits.Length), narrow);
            Casting.Run(input, output);
            var bytes = new byte[2 * bits.Length];
            output.ReadBytes(0, bytes);
            return Convert.ToHexString(bytes);
        }
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
