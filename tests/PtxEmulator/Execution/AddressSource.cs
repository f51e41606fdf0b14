using System.Runtime.CompilerServices;

namespace PlamoNative.PtxEmulator.Execution;

/// <summary>A memory operand: a row of 32- or 64-bit addresses and a constant.</summary>
internal readonly unsafe struct AddressSource(Source row, int size, long offset)
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal ulong* Evaluate(Warp warp)
    {
        var addresses = warp.Addresses;
        if (size == 8)
        {
            var from = row.Of<ulong>(warp);
            for (var lane = 0; lane < Warp.Lanes; lane++)
            {
                addresses[lane] = from[lane] + (ulong)offset;
            }
        }
        else
        {
            var from = row.Of<uint>(warp);
            for (var lane = 0; lane < Warp.Lanes; lane++)
            {
                addresses[lane] = from[lane] + (uint)offset;
            }
        }

        return addresses;
    }
}
