using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>A product C[M, N] (+)= op(A)[M, K] · op(B)[K, N] in a GPU's memory, checked. A and C are float32; addresses are the device's, strides count elements.</summary>
internal struct DeviceProduct
{
    public int M;
    public int N;
    public int K;

    /// <summary>A's first element; [M, K], or [K, M] when <see cref="TransposeA"/>.</summary>
    public nint A;

    /// <summary>Elements between A's stored rows.</summary>
    public long AStride;

    /// <summary>A is stored as [K, M].</summary>
    public bool TransposeA;

    /// <summary>B's first element; [N, K], or [K, N] when <see cref="ByColumns"/>.</summary>
    public nint B;

    /// <summary>Elements between B's stored rows; of block types rows have no gaps and this is K.</summary>
    public long BStride;

    /// <summary>B is stored as [K, N]: f32, bf16 or f16 only.</summary>
    public bool ByColumns;

    /// <summary>Storage of B.</summary>
    public DType Format;

    /// <summary>C's first element.</summary>
    public nint C;

    /// <summary>Elements between rows of C.</summary>
    public long CStride;

    /// <summary>Add to what C holds.</summary>
    public bool Accumulate;

    /// <summary>Products along the outer of two batch axes, whose distances are in elements; 0 counts as 1.</summary>
    public int OuterCount;

    /// <summary>Where the products lie.</summary>
    public GemmBatch Batch;
}
