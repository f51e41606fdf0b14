using System.Numerics;
using PlamoNative.PtxEmulator.Memory;
using PlamoNative.PtxEmulator.Numerics;
using PlamoNative.PtxEmulator.Parsing;

namespace PlamoNative.PtxEmulator.Execution;

/// <summary><c>ldmatrix</c> and <c>stmatrix</c>: the lanes' addresses are checked as 16-byte accesses, then the matrices move.</summary>
internal sealed unsafe class MatrixTransfer(bool isLoad, bool isTransposed, AddressSource address, Source[] sources, int[] destinations) : WholeWarpInstruction
{
    internal override void Execute(Warp warp, uint mask)
    {
        var count = isLoad ? destinations.Length : sources.Length;
        address.Evaluate(warp);
        for (var lane = 0; lane < Warp.Lanes; lane++)
        {
            // Generic addresses of shared memory are taken as well.
            warp.Addresses[lane] &= AddressMap.OffsetMask;
        }

        var givers = count == 4 ? uint.MaxValue : (1u << (8 * count)) - 1;
        var good = warp.Resolve(this, StateSpace.Shared, givers & mask, 16, isLoad ? AccessKind.Read : AccessKind.Write);
        Span<uint> places = stackalloc uint[Warp.Lanes];
        for (var lane = 0; lane < Warp.Lanes; lane++)
        {
            // A bad row is replaced by one that exists, so that the good ones move.
            places[lane] = ((good >> lane) & 1) != 0 ? (uint)warp.Addresses[lane] : 0;
        }

        var shared = new Span<byte>(warp.Block.Shared, warp.Block.SharedBytes);
        var rows = new Span<uint>(warp.Scratch, count * Warp.Lanes);
        if (isLoad)
        {
            MatrixMoves.Load(count, isTransposed, places, shared, rows);
            for (var i = 0; i < count; i++)
            {
                rows.Slice(i * Warp.Lanes, Warp.Lanes).CopyTo(new(warp.Registers + destinations[i], Warp.Lanes));
            }

            return;
        }

        for (var i = 0; i < count; i++)
        {
            new ReadOnlySpan<uint>(sources[i].Of<uint>(warp), Warp.Lanes).CopyTo(rows[(i * Warp.Lanes)..]);
        }

        MatrixMoves.Store(count, isTransposed, places, rows, shared);
    }
}
