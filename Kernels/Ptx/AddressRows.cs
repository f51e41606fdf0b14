using ILGPU.IR.Intrinsics;
using PlamoNative.Engine;

namespace PlamoNative.Kernels.Ptx;

/// <summary>
/// Rows of floats by 64-bit address, four elements at a time. A kernel whose rows lie in several tensors (this call's tokens, the ring of a cache) makes a row's address once and needs
/// no view of each tensor. Address 0 stands for a row of zeros that nobody stores.
/// </summary>
internal static class AddressRows
{
    /// <summary>The address of a view's element.</summary>
    [IntrinsicImplementation, PtxInstruction("mov.b64 $r, $0;", Space = "global")]
    public static long AddressOf(ref float element) => throw new NotSupportedException("addresses exist in kernels");

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
            return AddressMemory.LoadFour(address);
        }

        var value = default(Float4);
        value.X = AddressMemory.Load(address);
        if (at + 1 < width)
        {
            value.Y = AddressMemory.Load(address + 4);
        }

        if (at + 2 < width)
        {
            value.Z = AddressMemory.Load(address + 8);
        }

        if (at + 3 < width)
        {
            value.W = AddressMemory.Load(address + 12);
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
            AddressMemory.StoreFour(address, value);
            return;
        }

        AddressMemory.Store(address, value.X);
        if (at + 1 < width)
        {
            AddressMemory.Store(address + 4, value.Y);
        }

        if (at + 2 < width)
        {
            AddressMemory.Store(address + 8, value.Z);
        }

        if (at + 3 < width)
        {
            AddressMemory.Store(address + 12, value.W);
        }
    }
}
