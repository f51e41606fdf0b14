using System.Runtime.InteropServices;

namespace PlamoNative.Kernels.Ptx;

/// <summary>
/// 16 accumulators of a thread: 32 columns of a wgmma tile. Four warps hold 64 rows: with g = lane / 4, t = lane % 4, field k of the Float4 number j is row 16 warp + g + 8 (k / 2), column
/// 8 j + 2 t + k % 2.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Accumulators16
{
    public Float4 A;
    public Float4 B;
    public Float4 C;
    public Float4 D;
}

/// <summary>32 accumulators of a thread: 64 columns.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Accumulators32
{
    public Accumulators16 Low;
    public Accumulators16 High;
}

/// <summary>64 accumulators of a thread: 128 columns.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Accumulators64
{
    public Accumulators32 Low;
    public Accumulators32 High;
}

/// <summary>128 accumulators of a thread: 256 columns.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Accumulators128
{
    public Accumulators64 Low;
    public Accumulators64 High;
}
