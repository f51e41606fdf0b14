using PlamoNative.Engine;

namespace PlamoNative.Bench.Gpu;

/// <summary>What holds a kernel back.</summary>
internal enum GpuBound
{
    /// <summary>Bytes that must move.</summary>
    Memory,

    /// <summary>Operations that must be done.</summary>
    Arithmetic,
}

/// <summary>One line of the table.</summary>
/// <param name="Name">What is measured.</param>
/// <param name="Shape">The shape in words.</param>
/// <param name="DType">Storage.</param>
/// <param name="Bound">Which ceiling it is held against.</param>
/// <param name="Work">Bytes read and written, or floating-point operations, of one run; nothing recomputed is counted.</param>
/// <param name="Items">What <paramref name="Unit"/> counts, where that is not the work itself.</param>
/// <param name="Unit">GB/s, TFLOP/s or tokens/s.</param>
/// <param name="Prepare">Makes operands.</param>
internal sealed record GpuBenchLine(
    string Name, string Shape, string DType, GpuBound Bound, double Work, double Items, string Unit, Func<CudaDevice, PreparedWork> Prepare)
{
    internal string Title => $"{Name} {Shape} {DType}";
}

/// <summary>Operands that are ready, and the call on one set of them.</summary>
internal sealed class PreparedWork(Action<int> run, params IDisposable[] owned) : IDisposable
{
    /// <summary>Starts one run on the n-th set of operands.</summary>
    internal void Run(int set) => run(set);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var one in owned)
        {
            one.Dispose();
        }
    }
}
