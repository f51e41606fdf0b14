using ILGPU.IR.Intrinsics;
using PlamoNative.Engine;

namespace PlamoNative.Kernels.Ptx;

/// <summary>
/// Global memory by 64-bit addresses. A kernel whose rows lie in several tensors (this call's tokens, the ring of a cache) makes a row's address once and needs no view of each
/// tensor. Addresses are bytes; 0 stands for a row that is not there.
/// </summary>
internal static class AddressMemory
{
    /// <summary>The address of a view's element.</summary>
    [IntrinsicImplementation, PtxInstruction("mov.b64 $r, $0;", Space = "global")]
    public static long AddressOf(ref float element) => throw new NotSupportedException("addresses exist in kernels");

    /// <summary>4 bytes at an address.</summary>
    [IntrinsicImplementation, PtxInstruction("ld.global.f32 $r, [$0];")]
    public static float Load(long address) => throw new NotSupportedException("addresses exist in kernels");

    /// <summary>16 bytes at an address that is a multiple of 16.</summary>
    [IntrinsicImplementation, PtxInstruction("ld.global.v4.f32 {$r*}, [$0];")]
    public static Float4 LoadFloat4(long address) => throw new NotSupportedException("addresses exist in kernels");

    /// <summary>Stores 4 bytes.</summary>
    [IntrinsicImplementation, PtxInstruction("st.global.f32 [$0], $1;")]
    public static void Store(long address, float value) => throw new NotSupportedException("addresses exist in kernels");

    /// <summary>Stores 16 bytes at an address that is a multiple of 16.</summary>
    [IntrinsicImplementation, PtxInstruction("st.global.v4.f32 [$0], {$1*};")]
    public static void StoreFloat4(long address, Float4 value) => throw new NotSupportedException("addresses exist in kernels");

    /// <summary>
    /// Elements <c>[at, at + 4)</c> of a row of <paramref name="width"/>; zeros past its end, and where <paramref name="row"/> is 0. With <paramref name="isVector"/> the row
    /// begins at a multiple of 16 bytes, and at and width are multiples of 4.
    /// </summary>
    public static Float4 LoadRow(long row, int at, int width, bool isVector)
    {
        if (row == 0 || at >= width)
        {
            return default;
        }

        var address = row + (4L * at);
        if (isVector)
        {
            return LoadFloat4(address);
        }

        var value = default(Float4);
        value.X = Load(address);
        if (at + 1 < width)
        {
            value.Y = Load(address + 4);
        }

        if (at + 2 < width)
        {
            value.Z = Load(address + 8);
        }

        if (at + 3 < width)
        {
            value.W = Load(address + 12);
        }

        return value;
    }

    /// <summary>Stores elements <c>[at, at + 4)</c> of a row of <paramref name="width"/>, those that it has.</summary>
    public static void StoreRow(long row, int at, int width, bool isVector, Float4 value)
    {
        if (row == 0 || at >= width)
        {
            return;
        }

        var address = row + (4L * at);
        if (isVector)
        {
            StoreFloat4(address, value);
            return;
        }

        Store(address, value.X);
        if (at + 1 < width)
        {
            Store(address + 4, value.Y);
        }

        if (at + 2 < width)
        {
            Store(address + 8, value.Z);
        }

        if (at + 3 < width)
        {
            Store(address + 12, value.W);
        }
    }
}
