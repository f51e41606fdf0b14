using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PlamoNative.Kernels;

/// <summary>The innermost tiles of the matrix product on 512-bit vectors: 12 x 32 and 4 x 32.</summary>
/// <remarks>
/// a: packed X, <c>a[p * aStep + r]</c> · b: packed W, <c>b[p * 32 + j]</c> · c: a tile of Y, row stride <c>cStride</c>, overwritten, or continued when <c>load</c>.
/// Every element is one chain <c>c = fma(a, b, c)</c> over p = 0, 1, …, k - 1, so the tile's shape and the vector's width leave no trace in the bits.
/// 24 accumulators, 2 vectors of W and one broadcast of X: 27 of the 32 registers. The broadcast is a register because both halves of the row use it.
/// </remarks>
internal static unsafe class MicroKernel512
{
    /// <summary>12 rows, 32 columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Tile12(int k, float* a, nint aStep, float* b, float* c, nint cStride, bool load)
    {
        Vector512<float> c0a, c0b;
        Vector512<float> c1a, c1b;
        Vector512<float> c2a, c2b;
        Vector512<float> c3a, c3b;
        Vector512<float> c4a, c4b;
        Vector512<float> c5a, c5b;
        Vector512<float> c6a, c6b;
        Vector512<float> c7a, c7b;
        Vector512<float> c8a, c8b;
        Vector512<float> c9a, c9b;
        Vector512<float> c10a, c10b;
        Vector512<float> c11a, c11b;
        if (load)
        {
            var row = c;
            c0a = Vector512.Load(row);
            c0b = Vector512.Load(row + 16);
            row += cStride;
            c1a = Vector512.Load(row);
            c1b = Vector512.Load(row + 16);
            row += cStride;
            c2a = Vector512.Load(row);
            c2b = Vector512.Load(row + 16);
            row += cStride;
            c3a = Vector512.Load(row);
            c3b = Vector512.Load(row + 16);
            row += cStride;
            c4a = Vector512.Load(row);
            c4b = Vector512.Load(row + 16);
            row += cStride;
            c5a = Vector512.Load(row);
            c5b = Vector512.Load(row + 16);
            row += cStride;
            c6a = Vector512.Load(row);
            c6b = Vector512.Load(row + 16);
            row += cStride;
            c7a = Vector512.Load(row);
            c7b = Vector512.Load(row + 16);
            row += cStride;
            c8a = Vector512.Load(row);
            c8b = Vector512.Load(row + 16);
            row += cStride;
            c9a = Vector512.Load(row);
            c9b = Vector512.Load(row + 16);
            row += cStride;
            c10a = Vector512.Load(row);
            c10b = Vector512.Load(row + 16);
            row += cStride;
            c11a = Vector512.Load(row);
            c11b = Vector512.Load(row + 16);
        }
        else
        {
            c0a = c0b = Vector512<float>.Zero;
            c1a = c1b = Vector512<float>.Zero;
            c2a = c2b = Vector512<float>.Zero;
            c3a = c3b = Vector512<float>.Zero;
            c4a = c4b = Vector512<float>.Zero;
            c5a = c5b = Vector512<float>.Zero;
            c6a = c6b = Vector512<float>.Zero;
            c7a = c7b = Vector512<float>.Zero;
            c8a = c8b = Vector512<float>.Zero;
            c9a = c9b = Vector512<float>.Zero;
            c10a = c10b = Vector512<float>.Zero;
            c11a = c11b = Vector512<float>.Zero;
        }

        for (; k > 0; k--)
        {
            var ba = Vector512.Load(b);
            var bb = Vector512.Load(b + 16);
            var a0 = Vector512.Create(a[0]);
            c0a = Vector512.FusedMultiplyAdd(a0, ba, c0a);
            c0b = Vector512.FusedMultiplyAdd(a0, bb, c0b);
            var a1 = Vector512.Create(a[1]);
            c1a = Vector512.FusedMultiplyAdd(a1, ba, c1a);
            c1b = Vector512.FusedMultiplyAdd(a1, bb, c1b);
            var a2 = Vector512.Create(a[2]);
            c2a = Vector512.FusedMultiplyAdd(a2, ba, c2a);
            c2b = Vector512.FusedMultiplyAdd(a2, bb, c2b);
            var a3 = Vector512.Create(a[3]);
            c3a = Vector512.FusedMultiplyAdd(a3, ba, c3a);
            c3b = Vector512.FusedMultiplyAdd(a3, bb, c3b);
            var a4 = Vector512.Create(a[4]);
            c4a = Vector512.FusedMultiplyAdd(a4, ba, c4a);
            c4b = Vector512.FusedMultiplyAdd(a4, bb, c4b);
            var a5 = Vector512.Create(a[5]);
            c5a = Vector512.FusedMultiplyAdd(a5, ba, c5a);
            c5b = Vector512.FusedMultiplyAdd(a5, bb, c5b);
            var a6 = Vector512.Create(a[6]);
            c6a = Vector512.FusedMultiplyAdd(a6, ba, c6a);
            c6b = Vector512.FusedMultiplyAdd(a6, bb, c6b);
            var a7 = Vector512.Create(a[7]);
            c7a = Vector512.FusedMultiplyAdd(a7, ba, c7a);
            c7b = Vector512.FusedMultiplyAdd(a7, bb, c7b);
            var a8 = Vector512.Create(a[8]);
            c8a = Vector512.FusedMultiplyAdd(a8, ba, c8a);
            c8b = Vector512.FusedMultiplyAdd(a8, bb, c8b);
            var a9 = Vector512.Create(a[9]);
            c9a = Vector512.FusedMultiplyAdd(a9, ba, c9a);
            c9b = Vector512.FusedMultiplyAdd(a9, bb, c9b);
            var a10 = Vector512.Create(a[10]);
            c10a = Vector512.FusedMultiplyAdd(a10, ba, c10a);
            c10b = Vector512.FusedMultiplyAdd(a10, bb, c10b);
            var a11 = Vector512.Create(a[11]);
            c11a = Vector512.FusedMultiplyAdd(a11, ba, c11a);
            c11b = Vector512.FusedMultiplyAdd(a11, bb, c11b);
            a += aStep;
            b += PanelLayout.Columns;
        }

        c0a.Store(c);
        c0b.Store(c + 16);
        c += cStride;
        c1a.Store(c);
        c1b.Store(c + 16);
        c += cStride;
        c2a.Store(c);
        c2b.Store(c + 16);
        c += cStride;
        c3a.Store(c);
        c3b.Store(c + 16);
        c += cStride;
        c4a.Store(c);
        c4b.Store(c + 16);
        c += cStride;
        c5a.Store(c);
        c5b.Store(c + 16);
        c += cStride;
        c6a.Store(c);
        c6b.Store(c + 16);
        c += cStride;
        c7a.Store(c);
        c7b.Store(c + 16);
        c += cStride;
        c8a.Store(c);
        c8b.Store(c + 16);
        c += cStride;
        c9a.Store(c);
        c9b.Store(c + 16);
        c += cStride;
        c10a.Store(c);
        c10b.Store(c + 16);
        c += cStride;
        c11a.Store(c);
        c11b.Store(c + 16);
    }

    /// <summary>4 rows, 32 columns: 8 chains still cover the latency of one fused multiply-add a cycle.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Tile4(int k, float* a, nint aStep, float* b, float* c, nint cStride, bool load)
    {
        Vector512<float> c0a, c0b;
        Vector512<float> c1a, c1b;
        Vector512<float> c2a, c2b;
        Vector512<float> c3a, c3b;
        if (load)
        {
            var row = c;
            c0a = Vector512.Load(row);
            c0b = Vector512.Load(row + 16);
            row += cStride;
            c1a = Vector512.Load(row);
            c1b = Vector512.Load(row + 16);
            row += cStride;
            c2a = Vector512.Load(row);
            c2b = Vector512.Load(row + 16);
            row += cStride;
            c3a = Vector512.Load(row);
            c3b = Vector512.Load(row + 16);
        }
        else
        {
            c0a = c0b = Vector512<float>.Zero;
            c1a = c1b = Vector512<float>.Zero;
            c2a = c2b = Vector512<float>.Zero;
            c3a = c3b = Vector512<float>.Zero;
        }

        for (; k > 0; k--)
        {
            var ba = Vector512.Load(b);
            var bb = Vector512.Load(b + 16);
            var a0 = Vector512.Create(a[0]);
            c0a = Vector512.FusedMultiplyAdd(a0, ba, c0a);
            c0b = Vector512.FusedMultiplyAdd(a0, bb, c0b);
            var a1 = Vector512.Create(a[1]);
            c1a = Vector512.FusedMultiplyAdd(a1, ba, c1a);
            c1b = Vector512.FusedMultiplyAdd(a1, bb, c1b);
            var a2 = Vector512.Create(a[2]);
            c2a = Vector512.FusedMultiplyAdd(a2, ba, c2a);
            c2b = Vector512.FusedMultiplyAdd(a2, bb, c2b);
            var a3 = Vector512.Create(a[3]);
            c3a = Vector512.FusedMultiplyAdd(a3, ba, c3a);
            c3b = Vector512.FusedMultiplyAdd(a3, bb, c3b);
            a += aStep;
            b += PanelLayout.Columns;
        }

        c0a.Store(c);
        c0b.Store(c + 16);
        c += cStride;
        c1a.Store(c);
        c1b.Store(c + 16);
        c += cStride;
        c2a.Store(c);
        c2b.Store(c + 16);
        c += cStride;
        c3a.Store(c);
        c3b.Store(c + 16);
    }
}
