using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>One product Y[M, N] (+)= op(X)[M, K] · op(W)[K, N], checked, as the kernels see it. Strides are in elements of the operand, W's in bytes.</summary>
internal unsafe struct GemmProblem
{
    /// <summary>M, rows of Y.</summary>
    internal int M;

    /// <summary>N, columns of Y.</summary>
    internal int N;

    /// <summary>K, the summed dimension.</summary>
    internal int K;

    /// <summary>X: [M, K] with contiguous rows, or [K, M] when <see cref="XTransposed"/>.</summary>
    internal float* X;

    /// <summary>Distance of X's stored rows.</summary>
    internal nint XStride;

    /// <summary>X is stored as [K, M].</summary>
    internal bool XTransposed;

    /// <summary>W: [N, K] with contiguous rows of <see cref="Format"/>, or float32 [K, N] when <see cref="WByColumns"/>.</summary>
    internal byte* W;

    /// <summary>Distance of W's stored rows in bytes.</summary>
    internal nint WRowBytes;

    /// <summary>W is stored as [K, N] (float32 only).</summary>
    internal bool WByColumns;

    /// <summary>Storage of W.</summary>
    internal DType Format;

    /// <summary>Y: [M, N], rows contiguous.</summary>
    internal float* Y;

    /// <summary>Distance of Y's rows.</summary>
    internal nint YStride;

    /// <summary>Continue from what Y holds instead of from zero.</summary>
    internal bool Accumulate;

    /// <summary>The variant to run.</summary>
    internal VectorWidth Width;
}
