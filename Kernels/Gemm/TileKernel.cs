namespace PlamoNative.Kernels;

/// <summary>One 12 x 32 or 4 x 32 tile in the width asked for.</summary>
internal static unsafe class TileKernel
{
    /// <summary>Y tile = (Y tile or 0) + packed X panel · packed W panel.</summary>
    internal static void Run(VectorWidth width, int depth, float* x, int height, float* w, float* y, nint yStride, bool load)
    {
        switch (width)
        {
            case VectorWidth.Bits512:
                if (height == PanelLayout.Rows)
                {
                    MicroKernel512.Tile12(depth, x, PanelLayout.Rows, w, y, yStride, load);
                }
                else
                {
                    MicroKernel512.Tile4(depth, x, PanelLayout.SmallRows, w, y, yStride, load);
                }

                break;

            case VectorWidth.Bits256:
                for (var column = 0; column < PanelLayout.Columns; column += 16)
                {
                    if (height == PanelLayout.Rows)
                    {
                        MicroKernel256.Tile6(depth, x, PanelLayout.Rows, w + column, y + column, yStride, load);
                        MicroKernel256.Tile6(depth, x + 6, PanelLayout.Rows, w + column, y + column + (6 * yStride), yStride, load);
                    }
                    else
                    {
                        MicroKernel256.Tile4(depth, x, PanelLayout.SmallRows, w + column, y + column, yStride, load);
                    }
                }

                break;

            default:
                for (var column = 0; column < PanelLayout.Columns; column += 16)
                {
                    for (var row = 0; row < height; row += 4)
                    {
                        MicroKernel128.Tile4(depth, x + row, height, w + column, y + column + (row * yStride), yStride, load);
                    }
                }

                break;
        }
    }
}
