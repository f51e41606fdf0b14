using System.Runtime.CompilerServices;

namespace PlamoNative.Kernels;

/// <summary>Small matrix products on the tiles of the matrix kernel: what attention and the scan are made of.</summary>
/// <remarks>
/// Every element is one chain <c>c = fma(a, b, c)</c> over p = 0, 1, …, depth - 1, whatever the tile and the width of the vectors.
/// The right operand and the result are 32 columns wide; rows are a multiple of 4.
/// </remarks>
internal static unsafe class TileProduct
{
    /// <summary>Columns of a panel.</summary>
    internal const int Columns = PanelLayout.Columns;

    /// <summary><c>c[r, j] = (c[r, j] or 0) + Σ_p a[p * aStep + r] b[p * 32 + j]</c> for r below <paramref name="rows"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Run<TSimd, TVector>(int rows, int depth, float* a, nint aStep, float* b, float* c, nint cStride, bool load)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var r = 0;
        for (; r + PanelLayout.Rows <= rows; r += PanelLayout.Rows)
        {
            Tile<TSimd, TVector>(PanelLayout.Rows, depth, a + r, aStep, b, c + (r * cStride), cStride, load);
        }

        for (; r < rows; r += PanelLayout.SmallRows)
        {
            Tile<TSimd, TVector>(PanelLayout.SmallRows, depth, a + r, aStep, b, c + (r * cStride), cStride, load);
        }
    }

    /// <summary>One tile of 12 or 4 rows and 32 columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Tile<TSimd, TVector>(int height, int depth, float* a, nint aStep, float* b, float* c, nint cStride, bool load)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        if (TSimd.Count == 16)
        {
            if (height == PanelLayout.Rows)
            {
                MicroKernel512.Tile12(depth, a, aStep, b, c, cStride, load);
            }
            else
            {
                MicroKernel512.Tile4(depth, a, aStep, b, c, cStride, load);
            }
        }
        else if (TSimd.Count == 8)
        {
            for (var column = 0; column < Columns; column += 16)
            {
                if (height == PanelLayout.Rows)
                {
                    MicroKernel256.Tile6(depth, a, aStep, b + column, c + column, cStride, load);
                    MicroKernel256.Tile6(depth, a + 6, aStep, b + column, c + column + (6 * cStride), cStride, load);
                }
                else
                {
                    MicroKernel256.Tile4(depth, a, aStep, b + column, c + column, cStride, load);
                }
            }
        }
        else
        {
            for (var column = 0; column < Columns; column += 16)
            {
                for (var row = 0; row < height; row += 4)
                {
                    MicroKernel128.Tile4(depth, a + row, aStep, b + column, c + column + (row * cStride), cStride, load);
                }
            }
        }
    }
}
