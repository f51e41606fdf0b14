using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>
/// The product over packed panels. X is packed by all workers together, a block of rows and depth at a time; then each worker takes strips of W's
/// rows, packs 256 of depth of a strip into its own cache (this is where bf16, f16 and quantised weights become float32) and runs the tiles over it.
/// </summary>
/// <remarks>
/// Every element of Y is one chain of fused multiply-adds over k = 0, 1, …, K - 1 whatever the cutting: a later block of depth continues from Y.
/// </remarks>
internal static unsafe class PanelKernel
{
    /// <summary>Runs the product.</summary>
    internal static void Run(in GemmProblem problem, WorkerPool workers)
    {
        var depth = Math.Min(problem.K, GemmSchedule.PackedK);
        using var packed = ScratchBuffer.Rent((nint)PanelLayout.PaddedRows(Math.Min(problem.M, GemmSchedule.BlockM)) * depth);
        for (var m0 = 0; m0 < problem.M; m0 += GemmSchedule.BlockM)
        {
            var m = Math.Min(GemmSchedule.BlockM, problem.M - m0);
            for (var k0 = 0; k0 < problem.K; k0 += GemmSchedule.PackedK)
            {
                var block = new PanelBlock
                {
                    Problem = problem,
                    Packed = packed.Floats,
                    FirstRow = m0,
                    Rows = m,
                    FirstK = k0,
                    Depth = Math.Min(GemmSchedule.PackedK, problem.K - k0),
                };
                var packing = new PackingStage { Block = block };
                workers.For(PanelLayout.Panels(m), ref packing);

                var strips = (problem.N + PanelBlock.StripColumns - 1) / PanelBlock.StripColumns;
                block.RowsPerPart = GemmSchedule.RowsPerPart(m, strips, workers.ThreadCount);
                var product = new ProductStage { Block = block, RowParts = (m + block.RowsPerPart - 1) / block.RowsPerPart };
                workers.For(strips * product.RowParts, ref product);
            }
        }
    }

    private struct PackingStage : IRangeKernel
    {
        internal PanelBlock Block;

        public readonly void Run(int begin, int end, int worker)
        {
            for (var panel = begin; panel < end; panel++)
            {
                Block.PackX(panel);
            }
        }
    }

    private struct ProductStage : IRangeKernel
    {
        internal PanelBlock Block;
        internal int RowParts;

        public readonly void Run(int begin, int end, int worker)
        {
            using var scratch = ScratchBuffer.Rent(PanelBlock.ScratchFloats);
            for (var item = begin; item < end; item++)
            {
                var (strip, part) = Math.DivRem(item, RowParts);
                Block.Strip(strip, part, scratch.Floats);
            }
        }
    }
}
