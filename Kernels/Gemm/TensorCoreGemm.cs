using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>
/// The host's side of <see cref="GemmTensorCoreKernels"/>: cuts operands into bf16 parts in scratch memory (6 or 8 bytes an element, once for each product; a bf16 weight that lies along K
/// is read in place), then multiplies the pairs of parts.
/// </summary>
internal static class TensorCoreGemm
{
    // Exactly a float32; with the fourth, see GemmCutKernels, also right where a float32 is infinite.
    private const int Three = 3;
    private const int Four = 4;
    private const int Piece = 8;

    // Pairs (A's part, B's part) from small to large, a nibble each, the first lowest. Infinities take part in the last pair only, which has no small parts.
    private const uint SixOfA = 0x031132, SixOfB = 0x013123;
    private const uint ThreeOfA = 0x012, ThreeOfB = 0x000;

    /// <summary>Runs a product of one matrix.</summary>
    public static void Run(CudaDevice device, in DeviceProduct product)
    {
        var pitch = (product.K + Piece - 1) / Piece;
        var isSingle = product.Format == DType.Float32;
        var aParts = isSingle ? Four : Three;
        var bParts = isSingle ? Four : 1;
        using var a = Cut(device, product.A, product.AStride, product.TransposeA, aParts, product.M, product.K, pitch);
        var isInPlace = product.Format == DType.BFloat16 && !product.ByColumns && product.B % 16 == 0 && product.BStride % Piece == 0 && product.K % Piece == 0;
        using var b = isInPlace ? null : Cut(device, product.B, product.BStride, product.ByColumns, bParts, product.N, product.K, pitch);
        var (bAddress, bPitch) = b is null ? (product.B, (int)(product.BStride / Piece)) : (b.Address, pitch);
        var tiles = ((product.M + 127L) / 128) * ((product.N + 127L) / 128);
        device.Kernel("GemmTensorCoreKernels.Product").Launch(new GridSize(tiles))
            .View(a.Address, (long)aParts * product.M * pitch).View(bAddress, (long)bParts * product.N * bPitch)
            .View(product.C, ((product.M - 1) * product.CStride) + product.N)
            .Long((long)product.M * pitch).Long((long)product.N * bPitch).Long(product.CStride).Int(pitch).Int(bPitch)
            .Int(product.M).Int(product.N).Int(pitch).Int(isSingle ? 6 : 3).UInt(isSingle ? SixOfA : ThreeOfA).UInt(isSingle ? SixOfB : ThreeOfB)
            .Int((product.Accumulate ? GemmOptions.Accumulate : 0) | (product.C % 16 == 0 && product.CStride % 4 == 0 ? GemmOptions.AlignedC : 0)).Run();
    }

    /// <summary>The parts of an operand, [parts, rows, pitch] in pieces of eight.</summary>
    private static Tensor Cut(CudaDevice device, nint source, long stride, bool isTurned, int parts, int rows, int k, int pitch)
    {
        var isSingle = parts > 1;
        var result = Tensor.Allocate(device, new Shape(parts, rows, (long)pitch * Piece), DType.BFloat16);
        var kernel = (isTurned, isSingle) switch
        {
            (false, true) => "GemmCutKernels.Along.f32",
            (false, false) => "GemmCutKernels.Along.bf16",
            (true, true) => "GemmCutKernels.Across.f32",
            _ => "GemmCutKernels.Across.bf16",
        };
        var grid = isTurned
            ? new GridSize((k + GemmCutKernels.TurnedDepth - 1) / GemmCutKernels.TurnedDepth, (rows + GemmCutKernels.TurnedRows - 1) / GemmCutKernels.TurnedRows)
            : GridSize.Covering((long)rows * pitch, GemmCutKernels.Block);
        var isAligned = source % 16 == 0 && stride % (isSingle ? 4 : 8) == 0;
        var (memoryRows, memoryWidth) = isTurned ? (k, rows) : (rows, k);
        device.Kernel(kernel).Launch(grid)
            .View(source, ((memoryRows - 1L) * stride) + memoryWidth).View(result.Address, result.ElementCount / Piece)
            .Long(stride).Int(rows).Int(k).Int(pitch).Int((isAligned ? GemmOptions.AlignedA : 0) | (parts == Four ? GemmOptions.WithFinitePart : 0)).Run();
        return result;
    }
}
