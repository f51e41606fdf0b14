using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PlamoNative.Kernels;

/// <summary>The innermost tile of the matrix product on 128-bit vectors: 4 x 16, for ARM64 (32 registers) and for machines without any.</summary>
/// <remarks>
/// a: packed X, <c>a[p * aStep + r]</c> · b: packed W, <c>b[p * 32 + j]</c> · c: a tile of Y, row stride <c>cStride</c>, overwritten, or continued when <c>load</c>.
/// Every element is one chain <c>c = fma(a, b, c)</c> over p = 0, 1, …, k - 1, so the tile's shape and the vector's width leave no trace in the bits.
/// 16 accumulators, 4 vectors of W and one broadcast of X: 21 of ARM64's 32 registers.
/// </remarks>
internal static unsafe class MicroKernel128
{
    /// <summary>4 rows, 16 columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Tile4(int k, float* a, nint aStep, float* b, float* c, nint cStride, bool load)
    {
        Vector128<float> c0a, c0b, c0c, c0d;
        Vector128<float> c1a, c1b, c1c, c1d;
        Vector128<float> c2a, c2b, c2c, c2d;
        Vector128<float> c3a, c3b, c3c, c3d;
        if (load)
        {
            var row = c;
            c0a = Vector128.Load(row);
            c0b = Vector128.Load(row + 4);
            c0c = Vector128.Load(row + 8);
            c0d = Vector128.Load(row + 12);
            row += cStride;
            c1a = Vector128.Load(row);
            c1b = Vector128.Load(row + 4);
            c1c = Vector128.Load(row + 8);
            c1d = Vector128.Load(row + 12);
            row += cStride;
            c2a = Vector128.Load(row);
            c2b = Vector128.Load(row + 4);
            c2c = Vector128.Load(row + 8);
            c2d = Vector128.Load(row + 12);
            row += cStride;
            c3a = Vector128.Load(row);
            c3b = Vector128.Load(row + 4);
            c3c = Vector128.Load(row + 8);
            c3d = Vector128.Load(row + 12);
        }
        else
        {
            c0a = c0b = c0c = c0d = Vector128<float>.Zero;
            c1a = c1b = c1c = c1d = Vector128<float>.Zero;
            c2a = c2b = c2c = c2d = Vector128<float>.Zero;
            c3a = c3b = c3c = c3d = Vector128<float>.Zero;
        }

        for (; k > 0; k--)
        {
            var ba = Vector128.Load(b);
            var bb = Vector128.Load(b + 4);
            var bc = Vector128.Load(b + 8);
            var bd = Vector128.Load(b + 12);
            var a0 = Vector128.Create(a[0]);
            c0a = Vector128.FusedMultiplyAdd(a0, ba, c0a);
            c0b = Vector128.FusedMultiplyAdd(a0, bb, c0b);
            c0c = Vector128.FusedMultiplyAdd(a0, bc, c0c);
            c0d = Vector128.FusedMultiplyAdd(a0, bd, c0d);
            var a1 = Vector128.Create(a[1]);
            c1a = Vector128.FusedMultiplyAdd(a1, ba, c1a);
            c1b = Vector128.FusedMultiplyAdd(a1, bb, c1b);
            c1c = Vector128.FusedMultiplyAdd(a1, bc, c1c);
            c1d = Vector128.FusedMultiplyAdd(a1, bd, c1d);
            var a2 = Vector128.Create(a[2]);
            c2a = Vector128.FusedMultiplyAdd(a2, ba, c2a);
            c2b = Vector128.FusedMultiplyAdd(a2, bb, c2b);
            c2c = Vector128.FusedMultiplyAdd(a2, bc, c2c);
            c2d = Vector128.FusedMultiplyAdd(a2, bd, c2d);
            var a3 = Vector128.Create(a[3]);
            c3a = Vector128.FusedMultiplyAdd(a3, ba, c3a);
            c3b = Vector128.FusedMultiplyAdd(a3, bb, c3b);
            c3c = Vector128.FusedMultiplyAdd(a3, bc, c3c);
            c3d = Vector128.FusedMultiplyAdd(a3, bd, c3d);
            a += aStep;
            b += PanelLayout.Columns;
        }

        c0a.Store(c);
        c0b.Store(c + 4);
        c0c.Store(c + 8);
        c0d.Store(c + 12);
        c += cStride;
        c1a.Store(c);
        c1b.Store(c + 4);
        c1c.Store(c + 8);
        c1d.Store(c + 12);
        c += cStride;
        c2a.Store(c);
        c2b.Store(c + 4);
        c2c.Store(c + 8);
        c2d.Store(c + 12);
        c += cStride;
        c3a.Store(c);
        c3b.Store(c + 4);
        c3c.Store(c + 8);
        c3d.Store(c + 12);
    }
}
