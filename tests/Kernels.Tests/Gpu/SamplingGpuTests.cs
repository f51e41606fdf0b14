using PlamoNative.Engine;
using PlamoNative.Tests;
using Xunit;

namespace PlamoNative.Kernels.Tests.Gpu;

[Collection(GpuTests.Name)]
public sealed class SamplingGpuTests(GpuTwin gpu)
{
    private const float NaN = float.NaN;
    private const float Infinity = float.PositiveInfinity;

    public static TheoryData<int, int, int> Shapes => [(1, 1, 0), (3, 2, 5), (2, 31, 2), (2, 1021, 8), (1, 1024, 0), (2, 4099, 1), (1, 33_333, 0)];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Rows_give_what_they_give_on_the_processor(int rows, int width, int padding) => Check(Values(rows, width), width, padding);

    [Fact]
    public void Equal_logits_infinities_zeros_and_NaN_give_what_they_give_on_the_processor()
    {
        float[] values =
        [
            NaN, 3, -1, 3, 3, NaN,
            -Infinity, -Infinity, NaN, -Infinity, -Infinity, -Infinity,
            -0f, 0, -0f, 0, -1, 0,
            1, Infinity, 2, Infinity, -Infinity, 0,
            NaN, NaN, NaN, NaN, NaN, NaN,
        ];
        Check(values, 6, 0);
    }

    [Fact]
    public void Many_equal_logits_are_taken_by_rising_index()
    {
        var values = new float[5000];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = i % 7 == 3 ? 2 : i % 5;
        }

        Check(values, values.Length, 0);
    }

    [Fact]
    public void Wrong_arguments_are_refused_with_a_reason()
    {
        using var logits = new Placed(gpu.Device, new Shape(2, 4), DType.Float32, new double[8]);
        using var indices = Tensor.Allocate(gpu.Device, new Shape(3), DType.Int32);
        using var processor = new CpuDevice(1);
        using var here = Tensor.Allocate(processor, new Shape(2, 4), DType.Float32);
        using var many = Tensor.Allocate(gpu.Device, new Shape(2, DeviceLogits.LargestTopK + 1), DType.Float32);
        Assert.Throws<ShapeMismatchException>(() => DeviceLogits.ArgMax(logits.View, indices));
        Assert.Throws<ArgumentException>(() => DeviceLogits.ArgMax(here, indices));
        Assert.Throws<DTypeMismatchException>(() => DeviceLogits.LogSumExp(logits.View, indices));
        Assert.Throws<ArgumentOutOfRangeException>(() => DeviceLogits.Softmax(logits.View, 0, logits.View));
        Assert.Throws<ArgumentOutOfRangeException>(() => DeviceLogits.TopK(logits.View, 1, many, many));
    }

    private static float[] Values(int rows, int width)
    {
        // Rounded to halves in part, so that there are ties.
        var random = new Random(width);
        var values = new float[rows * width];
        for (var i = 0; i < values.Length; i++)
        {
            var value = (float)((random.NextDouble() * 40) - 20);
            values[i] = random.Next(3) == 0 ? MathF.Round(value * 2) / 2 : value;
        }

        return values;
    }

    private void Check(float[] values, int width, int padding)
    {
        var rows = values.Length / width;
        using var logits = new Placed(gpu.Device, new Shape(rows, width), DType.Float32, Array.ConvertAll(values, v => (double)v), padding);
        using var best = Tensor.Allocate(gpu.Device, new Shape(rows), DType.Int32);
        using var sums = Tensor.Allocate(gpu.Device, new Shape(rows), DType.Float64);
        using var probabilities = new Placed(gpu.Device, new Shape(rows, width), DType.Float32, null, padding);
        DeviceLogits.ArgMax(logits.View, best);
        DeviceLogits.LogSumExp(logits.View, sums);
        DeviceLogits.Softmax(logits.View, 0.7f, probabilities.View);
        var (actualBest, actualSums, actualProbabilities) = (best.ToArray<int>(), sums.ToArray<double>(), probabilities.Read());
        for (var row = 0; row < rows; row++)
        {
            var x = values.AsSpan(row * width, width);
            var expected = new float[width];
            Assert.Equal(x.ContainsAnyExcept(NaN) ? Logits.ArgMax(x) : -1, actualBest[row]);
            Assert.Equal(Logits.LogSumExp(x), actualSums[row]);
            Logits.Softmax(x, 0.7f, expected);
            Assert.Equal(Array.ConvertAll(expected, v => (double)v), actualProbabilities[(row * width)..((row + 1) * width)]);
        }

        foreach (var count in new[] { 1, 2, 5, 64, 100, 1024 })
        {
            // More than there are, once.
            if (count <= Math.Max(5, 2 * width))
            {
                CheckTop(logits.View, values, count, 1);
                CheckTop(logits.View, values, count, 0.3f);
            }
        }

        // In place, as a sampler would.
        DeviceLogits.Softmax(logits.View, 0.7f, logits.View);
        Assert.Equal(actualProbabilities, logits.Read());
    }

    private void CheckTop(Tensor logits, float[] values, int count, float temperature)
    {
        var (rows, width) = ((int)logits.Shape[0], (int)logits.Shape[1]);
        using var top = Tensor.Allocate(gpu.Device, new Shape(rows, count), DType.Float32);
        using var ids = Tensor.Allocate(gpu.Device, new Shape(rows, count), DType.Int32);
        DeviceLogits.TopK(logits, temperature, top, ids);
        var (actualTop, actualIds) = (top.ToArray<float>(), ids.ToArray<int>());
        for (var row = 0; row < rows; row++)
        {
            var x = values.AsSpan(row * width, width).ToArray();
            if (temperature != 1)
            {
                var largest = Logits.Max(x);
                x = Array.ConvertAll(x, logit => (logit - largest) / temperature);
            }

            var (expectedTop, expectedIds) = (new float[count], new int[count]);
            var found = Logits.TopK(x, expectedTop, expectedIds);
            Array.Fill(expectedTop, -Infinity, found, count - found);
            Array.Fill(expectedIds, -1, found, count - found);
            Assert.Equal(expectedIds, actualIds[(row * count)..((row + 1) * count)]);
            Assert.Equal(expectedTop, actualTop[(row * count)..((row + 1) * count)]);
        }
    }
}
