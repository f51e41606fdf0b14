using System.Diagnostics;
using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Training.Loop;

/// <summary>What model FLOP utilisation is a share of: the rate of the engine's own float32 matrix product on the device, measured at the start of a run.</summary>
public static class MatmulRate
{
    private const int SizeOnProcessor = 1024;
    private const int SizeOnGpu = 4096;
    private const double Seconds = 0.4;

    /// <summary>FLOP/s of the fastest of the products of square matrices (1024 on a processor, 4096 on a GPU) that fit into half a second.</summary>
    /// <param name="device">The device that will train, with its threads.</param>
    public static double Measure(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        var size = device.IsHostMemory ? SizeOnProcessor : SizeOnGpu;
        using var a = Random(device, size, 1);
        using var b = Random(device, size, 2);
        using var c = Tensor.Allocate(device, new Shape(size, size), DType.Float32);
        var fastest = double.PositiveInfinity;
        var start = Stopwatch.GetTimestamp();
        do
        {
            var began = Stopwatch.GetTimestamp();
            MatMul.Run(a, transposeA: false, b, transposeB: false, c);
            device.Synchronize();
            fastest = Math.Min(fastest, Stopwatch.GetElapsedTime(began).TotalSeconds);
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < Seconds);
        return 2.0 * size * size * size / fastest;
    }

    private static Tensor Random(Device device, int size, ulong seed)
    {
        var philox = new Philox(seed, 0);
        var values = new float[size * size];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)philox.Uniform((ulong)i) - 0.5f;
        }

        return Tensor.FromSpan<float>(device, new Shape(size, size), values);
    }
}
