using System.Diagnostics;
using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Training.Loop;

/// <summary>What model FLOP utilisation is a share of on a processor: the rate of the engine's own float32 matrix product, measured at the start of a run.</summary>
public static class MatmulRate
{
    private const int Size = 1024;
    private const double Seconds = 0.4;

    /// <summary>FLOP/s of the fastest of the products of 1024 x 1024 matrices that fit into half a second.</summary>
    /// <param name="device">The processor with the threads that will train.</param>
    public static unsafe double Measure(CpuDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        using var a = Random(device, 1);
        using var b = Random(device, 2);
        using var c = Tensor.Allocate(device, new Shape(Size, Size), DType.Float32);
        var fastest = double.PositiveInfinity;
        var start = Stopwatch.GetTimestamp();
        do
        {
            var began = Stopwatch.GetTimestamp();
            Gemm.Multiply(
                false, false, Size, Size, Size, a.PointerOf<float>(), Size, b.PointerOf<float>(), Size, c.PointerOf<float>(), Size, accumulate: false, device.Workers);
            fastest = Math.Min(fastest, Stopwatch.GetElapsedTime(began).TotalSeconds);
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < Seconds);
        return 2.0 * Size * Size * Size / fastest;
    }

    private static Tensor Random(CpuDevice device, ulong seed)
    {
        var tensor = Tensor.Allocate(device, new Shape(Size, Size), DType.Float32);
        var philox = new Philox(seed, 0);
        var values = tensor.AsSpan<float>();
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)philox.Uniform((ulong)i) - 0.5f;
        }

        return tensor;
    }
}
