using ILGPU;
using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>
/// Matrix products on any GPU: C[M, N] (+)= op(A)[M, K] · op(B)[K, N], A and C f32, B as stored (f32, bf16, f16, block types), row strides. Each element is one chain of fused
/// multiply-adds over k = 0 … K - 1 from +0, then added to C when accumulating: <see cref="Tile64"/> and <see cref="Tile128"/> give the same bits, and a row's do not depend on M.
/// </summary>
/// <remarks>
/// A block owns a tile of C. Slices of 16 of K go through registers into two buffers of shared memory in turns (<see cref="TileStaging"/>), one barrier a slice: while a slice is
/// multiplied the next one is on its way from global memory. A thread owns 8 x 4 or 8 x 8 of the tile:
/// <code>
///   columns  4 tx … 4 tx + 3   (64 + 4 tx … in the second half of a tile of 128)      tx = thread % 16: a warp reads 16 neighbouring quads of B
///   rows     4 ty … 4 ty + 3   and half a tile further                                ty = thread / 16: and two quads of A, broadcast
/// </code>
/// Grid: x tiles, eight rows of tiles at a time down their columns, so that what is read together stays in L2; y = 1; z products of a batch or parts of a split K.
/// Twin: <see cref="PanelKernel"/>. Names: <c>nt</c> takes B as [N, K] (a linear layer), <c>nn</c> as [K, N]; <c>tn</c> and <c>tt</c> A as [K, M].
/// </remarks>
internal static class GemmKernels
{
    private const int Narrow = 64;
    private const int NarrowPitch = Narrow + 4;
    private const int NarrowSlice = TileStaging.Depth * NarrowPitch / 4;
    private const int Wide = 128;
    private const int WidePitch = Wide + 4;
    private const int WideSlice = TileStaging.Depth * WidePitch / 4;

    /// <summary>Tiles of 64 x 64, for small matrices. 128 threads, 8 x 4 elements each; 17 KB of static shared memory.</summary>
    [GpuKernel(128, MinimumBlocks = 4, MaximumRegisters = 128, Expects = "FFMA LDS.128 LDG.E.128")]
    [GpuKernelVariant("nt.f32", typeof(float), typeof(FloatRows), typeof(AlongK), typeof(AlongK))]
    [GpuKernelVariant("nt.bf16", typeof(ushort), typeof(BFloat16Rows), typeof(AlongK), typeof(AlongK))]
    [GpuKernelVariant("nt.f16", typeof(ushort), typeof(HalfRows), typeof(AlongK), typeof(AlongK))]
    [GpuKernelVariant("nn.f32", typeof(float), typeof(FloatRows), typeof(AlongK), typeof(AcrossK))]
    [GpuKernelVariant("nn.bf16", typeof(ushort), typeof(BFloat16Rows), typeof(AlongK), typeof(AcrossK))]
    [GpuKernelVariant("nn.f16", typeof(ushort), typeof(HalfRows), typeof(AlongK), typeof(AcrossK))]
    [GpuKernelVariant("tn.f32", typeof(float), typeof(FloatRows), typeof(AcrossK), typeof(AcrossK))]
    [GpuKernelVariant("tt.f32", typeof(float), typeof(FloatRows), typeof(AcrossK), typeof(AlongK))]
    [GpuKernelVariant("nt.q8_0", typeof(ushort), typeof(Q8_0Rows), typeof(AlongK), typeof(AlongK))]
    [GpuKernelVariant("nt.q4_0", typeof(ushort), typeof(Q4_0Rows), typeof(AlongK), typeof(AlongK))]
    [GpuKernelVariant("nt.q4_k", typeof(uint), typeof(Q4_KRows), typeof(AlongK), typeof(AlongK))]
    [GpuKernelVariant("nt.q5_k", typeof(uint), typeof(Q5_KRows), typeof(AlongK), typeof(AlongK))]
    [GpuKernelVariant("nt.q6_k", typeof(ushort), typeof(Q6_KRows), typeof(AlongK), typeof(AlongK))]
    public static void Tile64<T, TRows, TLayoutA, TLayoutB>(
        ArrayView<float> a, ArrayView<T> b, ArrayView<float> c, long aStride, long bStride, long cStride, GemmBatch batch, int m, int n, int k, int options)
        where T : unmanaged
        where TRows : struct, IStoredRows<T>
        where TLayoutA : struct, IOperandLayout
        where TLayoutB : struct, IOperandLayout
    {
        var sharedA = SharedMemory.Allocate<Float4>(2 * NarrowSlice);
        var sharedB = SharedMemory.Allocate<Float4>(2 * NarrowSlice);
        var place = TilePlace.Of(batch, m, n, k, Narrow);
        var (alignedA, alignedB) = ((options & GemmOptions.AlignedA) != 0, (options & GemmOptions.AlignedB) != 0);
        var aStart = place.A;
        var bStart = place.B;
        var depth = place.Depth;
        var tx = Group.IdxX & 15;
        var ty = Group.IdxX >> 4;
        Float4 c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, c7 = default;

        TileStaging.Stage<TLayoutA>(
            sharedA.SubView(0, NarrowSlice), NarrowPitch, Narrow,
            TileStaging.Fetch<float, FloatRows, TLayoutA>(a, aStart, aStride, Narrow, place.Row, m, 0, depth, alignedA));
        TileStaging.Stage<TLayoutB>(
            sharedB.SubView(0, NarrowSlice), NarrowPitch, Narrow,
            TileStaging.Fetch<T, TRows, TLayoutB>(b, bStart, bStride, Narrow, place.Column, n, 0, depth, alignedB));
        Group.Barrier();
        var buffer = 0;
        for (var slice = 0; slice < depth; slice += TileStaging.Depth)
        {
            var nextA = TileStaging.Fetch<float, FloatRows, TLayoutA>(a, aStart, aStride, Narrow, place.Row, m, slice + TileStaging.Depth, depth, alignedA);
            var nextB = TileStaging.Fetch<T, TRows, TLayoutB>(b, bStart, bStride, Narrow, place.Column, n, slice + TileStaging.Depth, depth, alignedB);
            var quadA = (buffer * NarrowSlice) + ty;
            var quadB = (buffer * NarrowSlice) + tx;
            for (var i = 0; i < TileStaging.Depth; i++)
            {
                var low = sharedA[quadA];
                var high = sharedA[quadA + (Narrow / 8)];
                var right = sharedB[quadB];
                quadA += NarrowPitch / 4;
                quadB += NarrowPitch / 4;
                c0 = TileStaging.Fma(low.X, right, c0);
                c1 = TileStaging.Fma(low.Y, right, c1);
                c2 = TileStaging.Fma(low.Z, right, c2);
                c3 = TileStaging.Fma(low.W, right, c3);
                c4 = TileStaging.Fma(high.X, right, c4);
                c5 = TileStaging.Fma(high.Y, right, c5);
                c6 = TileStaging.Fma(high.Z, right, c6);
                c7 = TileStaging.Fma(high.W, right, c7);
            }

            buffer ^= 1;
            TileStaging.Stage<TLayoutA>(sharedA.SubView(buffer * NarrowSlice, NarrowSlice), NarrowPitch, Narrow, nextA);
            TileStaging.Stage<TLayoutB>(sharedB.SubView(buffer * NarrowSlice, NarrowSlice), NarrowPitch, Narrow, nextB);
            Group.Barrier();
        }

        var column = place.Column + (4 * tx);
        var row = place.Row + (4 * ty);
        var at = place.C + (row * cStride);
        TileStaging.Write(c, at, row < m, column, n, c0, options);
        TileStaging.Write(c, at + cStride, row + 1 < m, column, n, c1, options);
        TileStaging.Write(c, at + (2 * cStride), row + 2 < m, column, n, c2, options);
        TileStaging.Write(c, at + (3 * cStride), row + 3 < m, column, n, c3, options);
        row += Narrow / 2;
        at += Narrow / 2 * cStride;
        TileStaging.Write(c, at, row < m, column, n, c4, options);
        TileStaging.Write(c, at + cStride, row + 1 < m, column, n, c5, options);
        TileStaging.Write(c, at + (2 * cStride), row + 2 < m, column, n, c6, options);
        TileStaging.Write(c, at + (3 * cStride), row + 3 < m, column, n, c7, options);
    }

    /// <summary>Tiles of 128 x 128. 256 threads, 8 x 8 elements each; 33 KB of static shared memory.</summary>
    [GpuKernel(256, MaximumRegisters = 168, Expects = "FFMA LDS.128 LDG.E.128")]
    [GpuKernelVariant("nt.f32", typeof(float), typeof(FloatRows), typeof(AlongK), typeof(AlongK))]
    [GpuKernelVariant("nt.bf16", typeof(ushort), typeof(BFloat16Rows), typeof(AlongK), typeof(AlongK))]
    [GpuKernelVariant("nt.f16", typeof(ushort), typeof(HalfRows), typeof(AlongK), typeof(AlongK))]
    [GpuKernelVariant("nn.f32", typeof(float), typeof(FloatRows), typeof(AlongK), typeof(AcrossK))]
    [GpuKernelVariant("nn.bf16", typeof(ushort), typeof(BFloat16Rows), typeof(AlongK), typeof(AcrossK))]
    [GpuKernelVariant("nn.f16", typeof(ushort), typeof(HalfRows), typeof(AlongK), typeof(AcrossK))]
    [GpuKernelVariant("tn.f32", typeof(float), typeof(FloatRows), typeof(AcrossK), typeof(AcrossK))]
    [GpuKernelVariant("tt.f32", typeof(float), typeof(FloatRows), typeof(AcrossK), typeof(AlongK))]
    [GpuKernelVariant("nt.q8_0", typeof(ushort), typeof(Q8_0Rows), typeof(AlongK), typeof(AlongK))]
    [GpuKernelVariant("nt.q4_0", typeof(ushort), typeof(Q4_0Rows), typeof(AlongK), typeof(AlongK))]
    [GpuKernelVariant("nt.q4_k", typeof(uint), typeof(Q4_KRows), typeof(AlongK), typeof(AlongK))]
    [GpuKernelVariant("nt.q5_k", typeof(uint), typeof(Q5_KRows), typeof(AlongK), typeof(AlongK))]
    [GpuKernelVariant("nt.q6_k", typeof(ushort), typeof(Q6_KRows), typeof(AlongK), typeof(AlongK))]
    public static void Tile128<T, TRows, TLayoutA, TLayoutB>(
        ArrayView<float> a, ArrayView<T> b, ArrayView<float> c, long aStride, long bStride, long cStride, GemmBatch batch, int m, int n, int k, int options)
        where T : unmanaged
        where TRows : struct, IStoredRows<T>
        where TLayoutA : struct, IOperandLayout
        where TLayoutB : struct, IOperandLayout
    {
        var sharedA = SharedMemory.Allocate<Float4>(2 * WideSlice);
        var sharedB = SharedMemory.Allocate<Float4>(2 * WideSlice);
        var place = TilePlace.Of(batch, m, n, k, Wide);
        var (alignedA, alignedB) = ((options & GemmOptions.AlignedA) != 0, (options & GemmOptions.AlignedB) != 0);
        var depth = place.Depth;
        var tx = Group.IdxX & 15;
        var ty = Group.IdxX >> 4;
        Float4 c0l = default, c1l = default, c2l = default, c3l = default, c4l = default, c5l = default, c6l = default, c7l = default;
        Float4 c0h = default, c1h = default, c2h = default, c3h = default, c4h = default, c5h = default, c6h = default, c7h = default;

        TileStaging.Stage<TLayoutA>(
            sharedA.SubView(0, WideSlice), WidePitch, Wide, TileStaging.Fetch<float, FloatRows, TLayoutA>(a, place.A, aStride, Wide, place.Row, m, 0, depth, alignedA));
        TileStaging.Stage<TLayoutB>(
            sharedB.SubView(0, WideSlice), WidePitch, Wide, TileStaging.Fetch<T, TRows, TLayoutB>(b, place.B, bStride, Wide, place.Column, n, 0, depth, alignedB));
        Group.Barrier();
        var buffer = 0;
        for (var slice = 0; slice < depth; slice += TileStaging.Depth)
        {
            var nextA = TileStaging.Fetch<float, FloatRows, TLayoutA>(a, place.A, aStride, Wide, place.Row, m, slice + TileStaging.Depth, depth, alignedA);
            var nextB = TileStaging.Fetch<T, TRows, TLayoutB>(b, place.B, bStride, Wide, place.Column, n, slice + TileStaging.Depth, depth, alignedB);
            var quadA = (buffer * WideSlice) + ty;
            var quadB = (buffer * WideSlice) + tx;
            for (var i = 0; i < TileStaging.Depth; i += 2)
            {
                var low = sharedA[quadA];
                var high = sharedA[quadA + (Wide / 8)];
                var left = sharedB[quadB];
                var right = sharedB[quadB + (Wide / 8)];
                c0l = TileStaging.Fma(low.X, left, c0l);
                c0h = TileStaging.Fma(low.X, right, c0h);
                c1l = TileStaging.Fma(low.Y, left, c1l);
                c1h = TileStaging.Fma(low.Y, right, c1h);
                c2l = TileStaging.Fma(low.Z, left, c2l);
                c2h = TileStaging.Fma(low.Z, right, c2h);
                c3l = TileStaging.Fma(low.W, left, c3l);
                c3h = TileStaging.Fma(low.W, right, c3h);
                c4l = TileStaging.Fma(high.X, left, c4l);
                c4h = TileStaging.Fma(high.X, right, c4h);
                c5l = TileStaging.Fma(high.Y, left, c5l);
                c5h = TileStaging.Fma(high.Y, right, c5h);
                c6l = TileStaging.Fma(high.Z, left, c6l);
                c6h = TileStaging.Fma(high.Z, right, c6h);
                c7l = TileStaging.Fma(high.W, left, c7l);
                c7h = TileStaging.Fma(high.W, right, c7h);

                var nextLow = sharedA[quadA + (WidePitch / 4)];
                var nextHigh = sharedA[quadA + (Wide / 8) + (WidePitch / 4)];
                var nextLeft = sharedB[quadB + (WidePitch / 4)];
                var nextRight = sharedB[quadB + (Wide / 8) + (WidePitch / 4)];
                c0l = TileStaging.Fma(nextLow.X, nextLeft, c0l);
                c0h = TileStaging.Fma(nextLow.X, nextRight, c0h);
                c1l = TileStaging.Fma(nextLow.Y, nextLeft, c1l);
                c1h = TileStaging.Fma(nextLow.Y, nextRight, c1h);
                c2l = TileStaging.Fma(nextLow.Z, nextLeft, c2l);
                c2h = TileStaging.Fma(nextLow.Z, nextRight, c2h);
                c3l = TileStaging.Fma(nextLow.W, nextLeft, c3l);
                c3h = TileStaging.Fma(nextLow.W, nextRight, c3h);
                c4l = TileStaging.Fma(nextHigh.X, nextLeft, c4l);
                c4h = TileStaging.Fma(nextHigh.X, nextRight, c4h);
                c5l = TileStaging.Fma(nextHigh.Y, nextLeft, c5l);
                c5h = TileStaging.Fma(nextHigh.Y, nextRight, c5h);
                c6l = TileStaging.Fma(nextHigh.Z, nextLeft, c6l);
                c6h = TileStaging.Fma(nextHigh.Z, nextRight, c6h);
                c7l = TileStaging.Fma(nextHigh.W, nextLeft, c7l);
                c7h = TileStaging.Fma(nextHigh.W, nextRight, c7h);
                quadA += WidePitch / 2;
                quadB += WidePitch / 2;
            }

            buffer ^= 1;
            TileStaging.Stage<TLayoutA>(sharedA.SubView(buffer * WideSlice, WideSlice), WidePitch, Wide, nextA);
            TileStaging.Stage<TLayoutB>(sharedB.SubView(buffer * WideSlice, WideSlice), WidePitch, Wide, nextB);
            Group.Barrier();
        }

        var column = place.Column + (4 * tx);
        var row = place.Row + (4 * ty);
        var at = place.C + (row * cStride);
        TileStaging.Write(c, at, row < m, column, n, c0l, options);
        TileStaging.Write(c, at, row < m, column + 64, n, c0h, options);
        TileStaging.Write(c, at + cStride, row + 1 < m, column, n, c1l, options);
        TileStaging.Write(c, at + cStride, row + 1 < m, column + 64, n, c1h, options);
        TileStaging.Write(c, at + (2 * cStride), row + 2 < m, column, n, c2l, options);
        TileStaging.Write(c, at + (2 * cStride), row + 2 < m, column + 64, n, c2h, options);
        TileStaging.Write(c, at + (3 * cStride), row + 3 < m, column, n, c3l, options);
        TileStaging.Write(c, at + (3 * cStride), row + 3 < m, column + 64, n, c3h, options);
        row += Wide / 2;
        at += Wide / 2 * cStride;
        TileStaging.Write(c, at, row < m, column, n, c4l, options);
        TileStaging.Write(c, at, row < m, column + 64, n, c4h, options);
        TileStaging.Write(c, at + cStride, row + 1 < m, column, n, c5l, options);
        TileStaging.Write(c, at + cStride, row + 1 < m, column + 64, n, c5h, options);
        TileStaging.Write(c, at + (2 * cStride), row + 2 < m, column, n, c6l, options);
        TileStaging.Write(c, at + (2 * cStride), row + 2 < m, column + 64, n, c6h, options);
        TileStaging.Write(c, at + (3 * cStride), row + 3 < m, column, n, c7l, options);
        TileStaging.Write(c, at + (3 * cStride), row + 3 < m, column + 64, n, c7h, options);
    }
}
