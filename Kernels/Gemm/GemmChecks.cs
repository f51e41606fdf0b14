using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>The checks that all products share.</summary>
internal static class GemmChecks
{
    private const string Operation = "Gemm";

    internal static void Sizes(int m, int n, int k)
    {
        if (m < 0 || n < 0 || k < 0)
        {
            Throw.ShapeMismatch(Operation, "sizes", "M, N, K >= 0", $"{m}, {n}, {k}");
        }
    }

    internal static void Stride(string name, nint stride, int columns, int rows)
    {
        if (stride < columns && rows > 1)
        {
            Throw.ShapeMismatch(Operation, $"{name} stride", $">= {columns}", $"{stride}");
        }
    }

    internal static void Blocks(DType format, int k)
    {
        if (k % format.BlockSize() != 0)
        {
            Throw.ShapeMismatch(Operation, "K", $"a multiple of {format.BlockSize()} for {format.Name()}", $"{k}");
        }
    }

    internal static void Format(DType format)
    {
        if (!format.IsBlockQuantized() && format is not (DType.Float32 or DType.BFloat16 or DType.Float16))
        {
            Throw.DTypeMismatch(Operation, "weights", "f32, bf16, f16 or a block-quantised type", format.Name());
        }
    }
}
