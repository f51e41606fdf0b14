using System.Runtime.InteropServices;

namespace PlamoNative.Kernels.Ptx;

/// <summary>Two floats that a kernel reads or writes at once (8 bytes).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Float2(float x, float y)
{
    public float X = x;
    public float Y = y;
}

/// <summary>Four floats that a kernel reads or writes at once (16 bytes): a view of these, or <c>view.Cast&lt;Float4&gt;()</c>, gives <c>ld.v4</c> and <c>st.v4</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Float4(float x, float y, float z, float w)
{
    public float X = x;
    public float Y = y;
    public float Z = z;
    public float W = w;
}

/// <summary>Two 32-bit words: four bf16 or f16 numbers, or a <c>mma</c> fragment of two registers.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct UInt2(uint x, uint y)
{
    public uint X = x;
    public uint Y = y;
}

/// <summary>Four 32-bit words: eight bf16 or f16 numbers, or a <c>mma</c> fragment of four registers.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct UInt4(uint x, uint y, uint z, uint w)
{
    public uint X = x;
    public uint Y = y;
    public uint Z = z;
    public uint W = w;
}

/// <summary>Four 32-bit integers: the accumulators of an int8 <c>mma</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Int4(int x, int y, int z, int w)
{
    public int X = x;
    public int Y = y;
    public int Z = z;
    public int W = w;
}
