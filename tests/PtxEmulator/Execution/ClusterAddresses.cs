using System.Numerics;
using PlamoNative.PtxEmulator.Memory;

namespace PlamoNative.PtxEmulator.Execution;

/// <summary><c>mapa</c>: the address of the same variable in another block of the cluster.</summary>
internal sealed unsafe class MapToRank(int destination, int size, Source address, Source rank) : Instruction
{
    internal override void Execute(Warp warp, uint mask)
    {
        for (; mask != 0; mask &= mask - 1)
        {
            var lane = BitOperations.TrailingZeroCount(mask);
            var target = rank.Of<uint>(warp)[lane];
            if (target >= (uint)warp.Block.Cluster.Blocks.Length)
            {
                warp.Report(this, FindingKind.InvalidOperation, 1u << lane, () => $"expected a rank below {warp.Block.Cluster.Blocks.Length}, found {target}");
                target = 0;
            }

            var from = size == 8 ? address.Of<ulong>(warp)[lane] : address.Of<uint>(warp)[lane];
            var to = (from & ~(ulong)uint.MaxValue) | (from & AddressMap.SharedOffsetMask) | ((target + 1UL) << AddressMap.ClusterRankShift);
            if (size == 8)
            {
                ((ulong*)(warp.Registers + destination))[lane] = to;
            }
            else
            {
                ((uint*)(warp.Registers + destination))[lane] = (uint)to;
            }
        }
    }
}

/// <summary><c>getctarank</c>.</summary>
internal sealed unsafe class RankOfAddress(int destination, Source address, int size) : Instruction
{
    internal override void Execute(Warp warp, uint mask)
    {
        for (; mask != 0; mask &= mask - 1)
        {
            var lane = BitOperations.TrailingZeroCount(mask);
            var from = size == 8 ? address.Of<ulong>(warp)[lane] : address.Of<uint>(warp)[lane];
            var rank = (uint)from >> AddressMap.ClusterRankShift;
            ((uint*)(warp.Registers + destination))[lane] = rank == 0 ? (uint)warp.Block.ClusterRank : rank - 1;
        }
    }
}
