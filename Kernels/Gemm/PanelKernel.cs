using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>
/// The product over packed panels. X is packed by all workers together, a block of rows and depth at a time; then each worker takes strips of W's
/// rows, packs 256 of depth of a strip into its own cache (this is where bf16, f16 and quantised weights become float32) and runs the tiles over it.
/// A small float32 W is packed together with X, once for all workers.
/// </summary>
/// <remarks>
/// Every element of Y is one chain of fused multiply-adds over k = 0, 1, …, K - 1 whatever the cutting: a later block of depth continues from Y.
/// </remarks>
internal static unsafe class PanelKernel
{
    /// <summary>Runs the product.</summary>
    internal static void Run(in GemmProblem problem, WorkerPool workers)
    {
        var packedDepth = Math.Min(problem.K, GemmSchedule.PackedDepth(problem.M));
        var strips = (problem.N + PanelBlock.StripColumns - 1) / PanelBlock.StripColumns;
        var columns = PanelLayout.RoundUp(problem.N, PanelLayout.Columns);
        var isShared = problem.Format == DType.Float32 && workers.ThreadCount > 1 && strips < GemmSchedule.PartsPerThread * workers.ThreadCount
            && (long)columns * packedDepth <= GemmSchedule.SharedElements;
        using var packed = ScratchBuffer.Rent((nint)PanelLayout.PaddedRows(Math.Min(problem.M, GemmSchedule.BlockM)) * packedDepth);
        using var shared = isShared ? ScratchBuffer.Rent((nint)columns * packedDepth) : default;
        for (var m0 = 0; m0 < problem.M; m0 += GemmSchedule.BlockM)
        {
            var m = Math.Min(GemmSchedule.BlockM, problem.M - m0);
            for (var k0 = 0; k0 < problem.K; k0 += packedDepth)
            {
                var block = new PanelBlock
                {
                    Problem = problem,
                    Packed = packed.Floats,
                    SharedW = isShared ? shared.Floats : null,
                    FirstRow = m0,
                    Rows = m,
                    FirstK = k0,
                    Depth = Math.Min(packedDepth, problem.K - k0),
                };
                var packing = new PackingStage { Block = block };
                workers.For(PanelLayout.Panels(m) + (isShared ? columns / PanelLayout.Columns : 0), ref packing);

                block.RowsPerPart = GemmSchedule.RowsPerPart(m, strips, workers.ThreadCount, isShared);
                var product = new ProductStage { Block = block, RowParts = (m + block.RowsPerPart - 1) / block.RowsPerPart };
                product.Items = strips * product.RowParts;
                product.Parts = Math.Min(product.Items, GemmSchedule.PartsPerThread * workers.ThreadCount);
                workers.For(product.Parts, ref product);
            }
        }
    }

    private struct PackingStage : IRangeKernel
    {
        internal PanelBlock Block;

        public readonly void Run(int begin, int end, int worker)
        {
            var panels = PanelLayout.Panels(Block.Rows);
            Block.PackX(begin, Math.Min(end, panels));
            for (var item = Math.Max(begin, panels); item < end; item++)
            {
                Block.PackSharedW(item - panels);
            }
        }
    }

    private struct ProductStage : IRangeKernel
    {
        internal PanelBlock Block;
        internal int RowParts;
        internal int Items;
        internal int Parts;

        public readonly void Run(int begin, int end, int worker)
        {
            using var scratch = ScratchBuffer.Rent(PanelBlock.ScratchFloats);

            // Items spread evenly over the parts: neighbours differ by one at most.
            for (var item = (int)((long)begin * Items / Parts); item < (int)((long)end * Items / Parts); item++)
            {
                var (strip, part) = Math.DivRem(item, RowParts);
                Block.Strip(strip, part, scratch.Floats);
            }
        }
    }
}
