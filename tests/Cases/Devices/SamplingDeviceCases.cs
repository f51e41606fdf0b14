using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Tests.Cases.Devices;

/// <summary>What samplers take from rows of logits. On the processor it is the reference in both precisions: the device has to give its bits.</summary>
internal static class SamplingDeviceCases
{
    private const float Temperature = 0.8f;

    internal static IEnumerable<DeviceCase> All
    {
        get
        {
            foreach (var (rows, width, padding, isSmall) in new[] { (2, 1, 0, true), (3, 17, 0, true), (2, 1031, 5, true), (1, 8209, 0, true), (8, 32_000, 0, false), (3, 100_003, 1, false) })
            {
                yield return new("sampling", $"{rows} rows of {width}", isSmall, run => Check(run, rows, width, padding));
            }
        }
    }

    private static void Check(CaseRun run, int rows, int width, int padding)
    {
        var logits = run.Input(new Shape(rows, width), 12, 0, padding);
        foreach (var count in new[] { 1, 40, DeviceLogits.LargestTopK })
        {
            if (count <= width)
            {
                Top(run, logits, rows, count);
            }
        }

        if (!run.Device.IsHostMemory)
        {
            var best = run.Own(Tensor.Allocate(run.Device, new Shape(rows), DType.Int32));
            var sums = run.Own(Tensor.Allocate(run.Device, new Shape(rows), DType.Float64));
            var probabilities = run.Own(Tensor.Allocate(run.Device, new Shape(rows, width), DType.Float32));
            DeviceLogits.ArgMax(logits, best);
            DeviceLogits.LogSumExp(logits, sums);
            DeviceLogits.Softmax(logits, Temperature, probabilities);
            run.Keep("largest", best);
            run.Keep("logsumexp", sums);
            run.Keep("softmax", probabilities);
            return;
        }

        var (indices, logarithms, shares) = (new double[rows], new double[rows], new double[rows * width]);
        for (var row = 0; row < rows; row++)
        {
            var values = Row(logits, row);
            indices[row] = Logits.ArgMax(values);
            logarithms[row] = Logits.LogSumExp(values);
            Logits.Softmax(values, Temperature, values);
            Array.ConvertAll(values, static value => (double)value).CopyTo(shares, row * width);
        }

        run.Keep("largest", indices);
        run.Keep("logsumexp", logarithms);
        run.Keep("softmax", shares);
    }

    private static void Top(CaseRun run, Tensor logits, int rows, int count)
    {
        if (!run.Device.IsHostMemory)
        {
            var top = run.Own(Tensor.Allocate(run.Device, new Shape(rows, count), DType.Float32));
            var ids = run.Own(Tensor.Allocate(run.Device, new Shape(rows, count), DType.Int32));
            DeviceLogits.TopK(logits, 1, top, ids);
            run.Keep($"top {count}", top);
            run.Keep($"indices of the top {count}", ids);
            return;
        }

        var (allValues, allIndices) = (new double[rows * count], new double[rows * count]);
        for (var row = 0; row < rows; row++)
        {
            var (values, indices) = (new float[count], new int[count]);
            Logits.TopK(Row(logits, row), values, indices);
            Array.ConvertAll(values, static value => (double)value).CopyTo(allValues, row * count);
            Array.ConvertAll(indices, static index => (double)index).CopyTo(allIndices, row * count);
        }

        run.Keep($"top {count}", allValues);
        run.Keep($"indices of the top {count}", allIndices);
    }

    private static float[] Row(Tensor logits, int row)
    {
        using var view = logits.Narrow(0, row, 1);
        return logits.DType == DType.Float64 ? Array.ConvertAll(view.ToArray<double>(), static value => (float)value) : view.ToArray<float>();
    }
}
