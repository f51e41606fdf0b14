using PlamoNative.Engine;
using PlamoNative.Tests;
using PlamoNative.Tests.References;
using Xunit;

namespace PlamoNative.Kernels.Tests;

public sealed class AdamWTests
{
    private const double Rate = 3e-3;
    private static readonly AdamWSettings Settings = new(0.9, 0.95, 1e-8, 0.1);

    [Theory]
    [InlineData(1, true)]
    [InlineData(17, false)]
    [InlineData(1000, true)]
    [InlineData(10007, true)]
    public void Eight_steps_are_as_the_formula_says(int count, bool decays)
    {
        var start = TensorValues.Normal(1, count);
        var exact = Reference<double>(start, decays, out var moments);
        var single = Reference<float>(start, decays, out _);

        // The changes, not the values, are what a step is about; a float32 value adds its own rounding of 8 steps.
        foreach (var (dtype, bound) in (ReadOnlySpan<(DType, double)>)[(DType.Float64, 1e-12), (DType.Float32, 2e-5)])
        {
            var (value, first, second) = Run(1, 0, dtype, start, decays);
            var error = Tolerance.RelativeError(Change(exact, start), Change(value, start));
            Assert.True(error <= bound, $"{dtype}: {error:E2}; plain float32 {Tolerance.RelativeError(Change(exact, start), Change(single, start)):E2}");
            Assert.InRange(Tolerance.RelativeError(moments.First, first), 0, dtype == DType.Float64 ? 1e-14 : 1e-6);
            Assert.InRange(Tolerance.RelativeError(moments.Second, second), 0, dtype == DType.Float64 ? 1e-14 : 1e-6);
            foreach (var (threads, width) in (ReadOnlySpan<(int, int)>)[(1, 16), (1, 8), (1, 4), (1, 1), (2, 0), (3, 0)])
            {
                OperatorHarness.AssertSameBits($"{dtype}, {threads} threads, width {width}", value, Run(threads, width, dtype, start, decays).Value);
            }
        }
    }

    [Fact]
    public void A_decay_of_few_digits_survives_float32()
    {
        // With g = 0 a step only decays: 1 - rate · λ rounded to float32 first would be wrong by 0.1 % here.
        using var device = new CpuDevice(1);
        using var p = TensorValues.From(device, new Shape(64), DType.Float32, TensorValues.Normal(2, 64));
        using var zero = TensorValues.From(device, new Shape(64), DType.Float32, new double[64]);
        using var m = TensorValues.From(device, new Shape(64), DType.Float32, new double[64]);
        using var v = TensorValues.From(device, new Shape(64), DType.Float32, new double[64]);
        var start = TensorValues.ToDoubles(p);
        for (var step = 1; step <= 100; step++)
        {
            AdamW.Step([new AdamWParameter(p, zero, m, v, true)], Settings, 3e-4, step, 1);
        }

        double[] expected = [.. start.Select(value => value * (Math.Pow(1 - 3e-5, 100) - 1))];
        Assert.InRange(Tolerance.RelativeError(expected, Change(TensorValues.ToDoubles(p), start)), 0, 2e-4);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10007)]
    public void A_bfloat16_value_is_its_master_rounded_and_the_master_steps_as_a_float32_value_does(int count)
    {
        var start = TensorValues.Normal(1, count);
        var (expected, _, _) = Run(1, 0, DType.Float32, start, true);
        using var device = new CpuDevice(2);
        var shape = new Shape(count);
        using var value = new GuardBands(device, shape, DType.BFloat16);
        using var master = TensorValues.From(device, shape, DType.Float32, start);
        using var g = Tensor.Allocate(device, shape, DType.Float32);
        using var m = TensorValues.From(device, shape, DType.Float32, new double[count]);
        using var v = TensorValues.From(device, shape, DType.Float32, new double[count]);
        for (var step = 1; step <= 8; step++)
        {
            GradientChecks.Fill(g, Gradient(step, count));
            AdamW.Step([new AdamWParameter(value.Tensor, g, m, v, true, master)], Settings, Rate / step, step, 1.0 / (1 + step));
        }

        value.Check();
        OperatorHarness.AssertSameBits("master", expected, TensorValues.ToDoubles(master));
        OperatorHarness.AssertSameBits(
            "value", [.. expected.Select(p => (double)BFloat16.FromSingle((float)p).ToSingle())],
            Array.ConvertAll(value.Tensor.AsSpan<BFloat16>().ToArray(), p => (double)p.ToSingle()));
        Assert.Throws<DTypeMismatchException>(() => AdamW.Step([new AdamWParameter(master, g, m, v, true, master)], Settings, Rate, 1, 1));
        Assert.Throws<DTypeMismatchException>(() => AdamW.Step([new AdamWParameter(value.Tensor, g, m, v, true)], Settings, Rate, 1, 1));
    }

    [Fact]
    public void Nothing_is_allocated_and_wrong_arguments_are_named()
    {
        using var device = new CpuDevice(1);
        using var p = TensorValues.From(device, new Shape(3, 5), DType.Float32, TensorValues.Normal(3, 15));
        using var g = TensorValues.From(device, new Shape(3, 5), DType.Float32, TensorValues.Normal(4, 15));
        using var m = TensorValues.From(device, new Shape(3, 5), DType.Float32, new double[15]);
        using var v = TensorValues.From(device, new Shape(3, 5), DType.Float32, new double[15]);
        using var other = Tensor.Allocate(device, new Shape(5, 3), DType.Float32);
        AdamWParameter[] parameters = [new(p, g, m, v, true)];
        GradientChecks.AssertNoAllocation(() => AdamW.Step(parameters, Settings, Rate, 1, 1));
        Assert.Throws<ShapeMismatchException>(() => AdamW.Step([new AdamWParameter(p, other, m, v, true)], Settings, Rate, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => AdamW.Step(parameters, Settings, Rate, 0, 1));
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => AdamW.Step(parameters, Settings with { Beta2 = 1 }, Rate, 1, 1));
        Assert.Contains("Beta2", error.Message, StringComparison.Ordinal);
    }

    private static double[] Gradient(int step, int count) => TensorValues.Normal(100 + step, count, 0.3);

    private static double[] Change(double[] value, double[] start) => [.. value.Zip(start, (a, b) => a - b)];

    private static double[] Reference<T>(double[] start, bool decays, out (double[] First, double[] Second) moments)
        where T : System.Numerics.IFloatingPointIeee754<T>
    {
        var value = Array.ConvertAll(start, T.CreateChecked);
        var (first, second) = (new T[start.Length], new T[start.Length]);
        for (var step = 1; step <= 8; step++)
        {
            var settings = (Settings.Beta1, Settings.Beta2, Settings.Epsilon, decays ? Settings.WeightDecay : 0);
            AdamWReference.Step(value, Gradient(step, start.Length), first, second, settings, Rate / step, step, 1.0 / (1 + step));
        }

        moments = (Array.ConvertAll(first, double.CreateChecked), Array.ConvertAll(second, double.CreateChecked));
        return Array.ConvertAll(value, double.CreateChecked);
    }

    private static (double[] Value, double[] First, double[] Second) Run(int threads, int width, DType dtype, double[] start, bool decays)
    {
        using var device = new CpuDevice(threads);
        var shape = new Shape(start.Length);
        using var p = new GuardBands(device, shape, dtype);
        using var g = Tensor.Allocate(device, shape, dtype);
        using var m = new GuardBands(device, shape, dtype);
        using var v = new GuardBands(device, shape, dtype);
        GradientChecks.Fill(p.Tensor, start);
        GradientChecks.Fill(m.Tensor, new double[start.Length]);
        GradientChecks.Fill(v.Tensor, new double[start.Length]);
        SimdWidth.Forced = width;
        try
        {
            for (var step = 1; step <= 8; step++)
            {
                GradientChecks.Fill(g, Gradient(step, start.Length));
                AdamW.Step([new AdamWParameter(p.Tensor, g, m.Tensor, v.Tensor, decays)], Settings, Rate / step, step, 1.0 / (1 + step));
            }
        }
        finally
        {
            SimdWidth.Forced = 0;
        }

        p.Check();
        m.Check();
        v.Check();
        return (TensorValues.ToDoubles(p.Tensor), TensorValues.ToDoubles(m.Tensor), TensorValues.ToDoubles(v.Tensor));
    }
}
