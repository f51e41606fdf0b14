using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Bench.Gpu;

/// <summary>What the device can do at most, measured: a copy of 512 MiB, and the best of our matrix products.</summary>
internal sealed class GpuCeilings
{
    internal GpuCeilings(CudaDevice device, EventTimer timer, bool isQuick)
    {
        BytesPerSecond = Copy(device, timer, isQuick ? 64L << 20 : 512L << 20);
        foreach (var size in isQuick ? new[] { 1024 } : [2048, 4096, 8192])
        {
            FlopsPerSecond = Math.Max(FlopsPerSecond, Product(device, timer, size));
        }
    }

    /// <summary>Bytes read plus bytes written.</summary>
    internal double BytesPerSecond { get; }

    /// <summary>Of the best float32 matrix product.</summary>
    internal double FlopsPerSecond { get; }

    /// <summary>The two as lines of the table.</summary>
    internal List<BenchResult> Results { get; } = [];

    private double Copy(CudaDevice device, EventTimer timer, long bytes)
    {
        using var from = Tensor.Allocate(device, new Shape(bytes / 4), DType.Float32);
        using var to = Tensor.Allocate(device, new Shape(bytes / 4), DType.Float32);
        from.Clear();
        var seconds = timer.Measure(_ => to.CopyFrom(from));
        return Add("device copy", $"{bytes >> 20} MiB", seconds, 2.0 * bytes, 1e-9, "GB/s");
    }

    private double Product(CudaDevice device, EventTimer timer, int size)
    {
        using var sets = new Rotation<(Tensor A, Tensor B, Tensor C)>(device, make => (
            make.Tensor(DType.Float32, size, size), make.Tensor(DType.Float32, size, size), make.Tensor(DType.Float32, size, size)));
        var seconds = timer.Measure(run => MatMul.Run(sets[run].A, transposeA: false, sets[run].B, transposeB: true, sets[run].C));
        return Add("matmul ceiling", $"{size} x {size} x {size}", seconds, 2.0 * size * size * size, 1e-12, "TFLOP/s");
    }

    private double Add(string name, string shape, double[] seconds, double work, double scale, string unit)
    {
        var median = Statistics.Median(seconds);
        Results.Add(BenchResult.Single(name, shape, "f32", 1, 1e3 * median, scale * work / median, unit) with { Spread = Statistics.Spread(seconds), Rounds = seconds.Length });
        return work / median;
    }
}
