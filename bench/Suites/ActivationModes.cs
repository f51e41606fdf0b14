using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Bench;

/// <summary>Which ways of meeting activations a storage has, and the kernel of each.</summary>
internal static unsafe class ActivationModes
{
    /// <summary>y[m, n] = x[m, k] · w[n, k]ᵀ.</summary>
    public delegate void LinearProduct(float* x, int m, int k, byte* w, DType dtype, int n, float* y, WorkerPool workers);

    /// <summary>Exact for all; int8 activations only for the block types that have such a product.</summary>
    public static ActivationMode[] For(DType dtype) =>
        Int8ActivationGemm.IsSupported(dtype) ? [ActivationMode.Exact, ActivationMode.Int8] : [ActivationMode.Exact];

    /// <summary>The kernel of a mode.</summary>
    public static LinearProduct Product(ActivationMode mode) => mode == ActivationMode.Exact
        ? (x, m, k, w, dtype, n, y, workers) => Gemm.Linear(x, k, m, k, w, dtype, n, y, n, accumulate: false, workers)
        : (x, m, k, w, dtype, n, y, workers) => Int8ActivationGemm.Linear(x, k, m, k, w, dtype, n, y, n, accumulate: false, workers);

    /// <summary>What a table calls it.</summary>
    public static string Label(DType dtype, ActivationMode mode) =>
        !dtype.IsBlockQuantized() ? dtype.Name() : mode == ActivationMode.Exact ? $"{dtype.Name()} exact" : $"{dtype.Name()} int8";
}
