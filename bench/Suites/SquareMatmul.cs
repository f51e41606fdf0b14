using System.Diagnostics;
using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Bench;

/// <summary>C = A · B in float32, all square. Lives as long as the process: a limit may need it at any time.</summary>
internal sealed unsafe class SquareMatmul(int size, WorkerPool workers) : IDisposable
{
    private const double SliceSeconds = 0.15;

    private readonly NativeBuffer _a = NativeBuffer.RandomFloats((long)size * size, 1);
    private readonly NativeBuffer _b = NativeBuffer.RandomFloats((long)size * size, 2);
    private readonly NativeBuffer _c = new(4L * size * size);

    /// <summary>FLOP of one product.</summary>
    public double Flops => 2.0 * size * size * size;

    /// <summary>A, B and C for a baseline that multiplies the same matrices.</summary>
    public (nint A, nint B, nint C) Operands => ((nint)_a.Pointer, (nint)_b.Pointer, (nint)_c.Pointer);

    /// <summary>One product.</summary>
    public void Run() => Gemm.Multiply(false, false, size, size, size, _a.Floats, size, _b.Floats, size, _c.Floats, size, accumulate: false, workers);

    /// <summary>The product as a ceiling.</summary>
    public Limit AsLimit()
    {
        Run();
        return new Limit($"f32 matmul {size}", MeasureRate);
    }

    /// <summary>The greatest distance between two results, so that a race is between equals.</summary>
    public float GreatestDifference(SquareMatmul other)
    {
        var greatest = 0f;
        for (var i = 0L; i < (long)size * size; i++)
        {
            greatest = Math.Max(greatest, Math.Abs(_c.Floats[i] - other._c.Floats[i]));
        }

        return greatest;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _a.Dispose();
        _b.Dispose();
        _c.Dispose();
    }

    private double MeasureRate()
    {
        var runs = 0;
        var start = Stopwatch.GetTimestamp();
        TimeSpan elapsed;
        do
        {
            Run();
            runs++;
            elapsed = Stopwatch.GetElapsedTime(start);
        }
        while (elapsed.TotalSeconds < SliceSeconds);
        return runs * Flops / elapsed.TotalSeconds;
    }
}
