using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>The kernels that a GPU has for a product.</summary>
internal enum DeviceGemmPath
{
    /// <summary>A warp a row of W (<see cref="GemmRowsKernels"/>).</summary>
    Rows,

    /// <summary>Tiles of 64 x 64 (<see cref="GemmKernels.Tile64"/>).</summary>
    Tile64,

    /// <summary>Tiles of 128 x 128 (<see cref="GemmKernels.Tile128"/>).</summary>
    Tile128,

    /// <summary>Tensor cores over bf16 parts (<see cref="GemmTensorCoreKernels"/>).</summary>
    TensorCores,
}

/// <summary>
/// How a product runs on a GPU: the one table. What changes bits (<see cref="DeviceGemmPath.Rows"/>, tensor cores, parts of K) hangs on shapes and the architecture; M only by the border
/// of <see cref="Gemm.RowsAlike"/>. What does not (64 or 128) also on the number of multiprocessors.
/// </summary>
internal static class DeviceGemmSchedule
{
    // A split must leave each part enough depth to be worth the pass that adds the parts.
    private const int PartsAtMost = 16;
    private const int LeastDepthOfPart = 512;
    private const int BlocksWanted = 256;

    // Below these the passes that cut operands into bf16 parts cost more than the products.
    private const int LeastTensorCoreWidth = 128;

    // With fewer tiles of 128, parts of K on all multiprocessors are faster than tensor cores on some.
    private const int TensorCoreTilesBeforeSplit = 32;

    /// <summary>The kernels for a product.</summary>
    /// <param name="isLinear">Both operands dense along K, one product: a linear layer, whose rows must not depend on M beyond the border.</param>
    /// <param name="m">Rows.</param>
    /// <param name="n">Columns.</param>
    /// <param name="k">Depth.</param>
    /// <param name="batch">Products.</param>
    /// <param name="format">Storage of B.</param>
    /// <param name="architecture">80 for 8.0.</param>
    /// <param name="multiprocessors">Of the device.</param>
    public static DeviceGemmPath Choose(bool isLinear, int m, int n, int k, int batch, DType format, int architecture, int multiprocessors)
    {
        if (isLinear && m <= Gemm.RowsAlike)
        {
            return DeviceGemmPath.Rows;
        }

        var isWide = n >= LeastTensorCoreWidth && k >= LeastTensorCoreWidth && (isLinear || m >= LeastTensorCoreWidth);
        var fillsDevice = SplitDepth(isLinear, m, n, k, batch) == 0 || Tiles(m, 128) * Tiles(n, 128) >= TensorCoreTilesBeforeSplit;
        if (architecture >= 80 && batch == 1 && HasParts(format) && isWide && fillsDevice)
        {
            return DeviceGemmPath.TensorCores;
        }

        return Tiles(m, 128) * Tiles(n, 128) * batch >= multiprocessors ? DeviceGemmPath.Tile128 : DeviceGemmPath.Tile64;
    }

    /// <summary>How much of K a part sums where K is split so that a narrow, deep product (the gradient of a weight) fills the device; 0 where it is not.</summary>
    public static int SplitDepth(bool isLinear, int m, int n, int k, int batch)
    {
        var blocks = Tiles(m, 64) * Tiles(n, 64) * batch;
        var parts = Math.Min(Math.Min(BlocksWanted / Math.Max(1, blocks), PartsAtMost), k / LeastDepthOfPart);
        if (isLinear || batch != 1 || parts < 2)
        {
            return 0;
        }

        return (int)Tiles((int)Tiles(k, (int)parts), TileStaging.Depth) * TileStaging.Depth;
    }

    /// <summary>Storages whose values are few bf16 numbers.</summary>
    public static bool HasParts(DType format) => format is DType.Float32 or DType.BFloat16;

    private static long Tiles(int extent, int width) => ((long)extent + width - 1) / width;
}
