using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PlamoNative.Kernels;

/// <summary>The innermost tiles of the matrix product on 256-bit vectors: 6 x 16 and 4 x 16; the caller walks the halves of a 12 x 32 tile.</summary>
/// <remarks>
/// a: packed X, <c>a[p * aStep + r]</c> · b: packed W, <c>b[p * 32 + j]</c> · c: a tile of Y, row stride <c>cStride</c>, overwritten, or continued when <c>load</c>.
/// Every element is one chain <c>c = fma(a, b, c)</c> over p = 0, 1, …, k - 1, so the tile's shape and the vector's width leave no trace in the bits.
/// 12 accumulators, 2 vectors of W and one broadcast of X: 15 of the 16 registers.
/// </remarks>
internal static unsafe class MicroKernel256
{
    /// <summary>6 rows, 16 columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Tile6(int k, float* a, nint aStep, float* b, float* c, nint cStride, bool load)
    {
        Vector256<float> c0a, c0b;
        Vector256<float> c1a, c1b;
        Vector256<float> c2a, c2b;
        Vector256<float> c3a, c3b;
        Vector256<float> c4a, c4b;
        Vector256<float> c5a, c5b;
        if (load)
        {
            var row = c;
            c0a = Vector256.Load(row);
            c0b = Vector256.Load(row + 8);
            row += cStride;
            c1a = Vector256.Load(row);
            c1b = Vector256.Load(row + 8);
            row += cStride;
            c2a = Vector256.Load(row);
            c2b = Vector256.Load(row + 8);
            row += cStride;
            c3a = Vector256.Load(row);
            c3b = Vector256.Load(row + 8);
            row += cStride;
            c4a = Vector256.Load(row);
            c4b = Vector256.Load(row + 8);
            row += cStride;
            c5a = Vector256.Load(row);
            c5b = Vector256.Load(row + 8);
        }
        else
        {
            c0a = c0b = Vector256<float>.Zero;
            c1a = c1b = Vector256<float>.Zero;
            c2a = c2b = Vector256<float>.Zero;
            c3a = c3b = Vector256<float>.Zero;
            c4a = c4b = Vector256<float>.Zero;
            c5a = c5b = Vector256<float>.Zero;
        }

        for (; k > 0; k--)
        {
            var ba = Vector256.Load(b);
            var bb = Vector256.Load(b + 8);
            var a0 = Vector256.Create(a[0]);
            c0a = Vector256.FusedMultiplyAdd(a0, ba, c0a);
            c0b = Vector256.FusedMultiplyAdd(a0, bb, c0b);
            var a1 = Vector256.Create(a[1]);
            c1a = Vector256.FusedMultiplyAdd(a1, ba, c1a);
            c1b = Vector256.FusedMultiplyAdd(a1, bb, c1b);
            var a2 = Vector256.Create(a[2]);
            c2a = Vector256.FusedMultiplyAdd(a2, ba, c2a);
            c2b = Vector256.FusedMultiplyAdd(a2, bb, c2b);
            var a3 = Vector256.Create(a[3]);
            c3a = Vector256.FusedMultiplyAdd(a3, ba, c3a);
            c3b = Vector256.FusedMultiplyAdd(a3, bb, c3b);
            var a4 = Vector256.Create(a[4]);
            c4a = Vector256.FusedMultiplyAdd(a4, ba, c4a);
            c4b = Vector256.FusedMultiplyAdd(a4, bb, c4b);
            var a5 = Vector256.Create(a[5]);
            c5a = Vector256.FusedMultiplyAdd(a5, ba, c5a);
            c5b = Vector256.FusedMultiplyAdd(a5, bb, c5b);
            a += aStep;
            b += PanelLayout.Columns;
        }

        c0a.Store(c);
        c0b.Store(c + 8);
        c += cStride;
        c1a.Store(c);
        c1b.Store(c + 8);
        c += cStride;
        c2a.Store(c);
        c2b.Store(c + 8);
        c += cStride;
        c3a.Store(c);
        c3b.Store(c + 8);
        c += cStride;
        c4a.Store(c);
        c4b.Store(c + 8);
        c += cStride;
        c5a.Store(c);
        c5b.Store(c + 8);
    }

    /// <summary>4 rows, 16 columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Tile4(int k, float* a, nint aStep, float* b, float* c, nint cStride, bool load)
    {
        Vector256<float> c0a, c0b;
        Vector256<float> c1a, c1b;
        Vector256<float> c2a, c2b;
        Vector256<float> c3a, c3b;
        if (load)
        {
            var row = c;
            c0a = Vector256.Load(row);
            c0b = Vector256.Load(row + 8);
            row += cStride;
            c1a = Vector256.Load(row);
            c1b = Vector256.Load(row + 8);
            row += cStride;
            c2a = Vector256.Load(row);
            c2b = Vector256.Load(row + 8);
            row += cStride;
            c3a = Vector256.Load(row);
            c3b = Vector256.Load(row + 8);
        }
        else
        {
            c0a = c0b = Vector256<float>.Zero;
            c1a = c1b = Vector256<float>.Zero;
            c2a = c2b = Vector256<float>.Zero;
            c3a = c3b = Vector256<float>.Zero;
        }

        for (; k > 0; k--)
        {
            var ba = Vector256.Load(b);
            var bb = Vector256.Load(b + 8);
            var a0 = Vector256.Create(a[0]);
            c0a = Vector256.FusedMultiplyAdd(a0, ba, c0a);
            c0b = Vector256.FusedMultiplyAdd(a0, bb, c0b);
            var a1 = Vector256.Create(a[1]);
            c1a = Vector256.FusedMultiplyAdd(a1, ba, c1a);
            c1b = Vector256.FusedMultiplyAdd(a1, bb, c1b);
            var a2 = Vector256.Create(a[2]);
            c2a = Vector256.FusedMultiplyAdd(a2, ba, c2a);
            c2b = Vector256.FusedMultiplyAdd(a2, bb, c2b);
            var a3 = Vector256.Create(a[3]);
            c3a = Vector256.FusedMultiplyAdd(a3, ba, c3a);
            c3b = Vector256.FusedMultiplyAdd(a3, bb, c3b);
            a += aStep;
            b += PanelLayout.Columns;
        }

        c0a.Store(c);
        c0b.Store(c + 8);
        c += cStride;
        c1a.Store(c);
        c1b.Store(c + 8);
        c += cStride;
        c2a.Store(c);
        c2b.Store(c + 8);
        c += cStride;
        c3a.Store(c);
        c3b.Store(c + 8);
    }
}
