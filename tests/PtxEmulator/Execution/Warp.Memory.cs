using System.Numerics;
using System.Runtime.CompilerServices;
using PlamoNative.PtxEmulator.Checks;
using PlamoNative.PtxEmulator.Memory;
using PlamoNative.PtxEmulator.Parsing;

namespace PlamoNative.PtxEmulator.Execution;

/// <summary>What an access does, for the checks.</summary>
internal enum AccessKind
{
    Read,
    Write,

    /// <summary>Reads and writes at once, ordered with others of its kind.</summary>
    Atomic,

    /// <summary>A read that is volatile, relaxed or acquire.</summary>
    StrongRead,

    /// <summary>A write that is volatile, relaxed or release.</summary>
    StrongWrite,

    /// <summary>A barrier object or an asynchronous operation: only bounds and alignment are looked at, the rest is the operation's own affair.</summary>
    Object,
}

/// <summary>From emulated addresses to bytes, with bounds and alignment.</summary>
internal sealed unsafe partial class Warp
{
    /// <summary>
    /// Finds the bytes of <see cref="Addresses"/> for the lanes of a mask. The result is the mask of lanes whose access is good: theirs are in
    /// <see cref="Pointers"/>, the others are reported and must do nothing.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal uint Resolve(Instruction at, StateSpace space, uint mask, int bytes, AccessKind kind)
    {
        var alignment = (ulong)bytes - 1;
        ulong low = 0, tags = 0;
        for (var m = mask; m != 0; m &= m - 1)
        {
            var address = Addresses[BitOperations.TrailingZeroCount(m)];
            low |= address;
            tags |= address >> AddressMap.TagShift;
        }

        if ((low & alignment) != 0)
        {
            mask = DropMisaligned(at, mask, bytes);
        }

        switch (space)
        {
            case StateSpace.Global or StateSpace.Constant:
            case StateSpace.Generic when tags == 0:
                return ResolveGlobal(at, mask, bytes, kind);
            case StateSpace.Shared or StateSpace.SharedCluster:
                return ResolveShared(at, mask, bytes, kind);
            case StateSpace.Local:
                return ResolveLocal(at, mask, bytes);
            case StateSpace.Parameter:
                return ResolveParameter(at, mask, bytes, kind);
            default:
                return ResolveGeneric(at, mask, bytes, kind);
        }
    }

    /// <summary>The block and the place in it of a shared address that is inside of the cluster, without its generic tag.</summary>
    internal Block? SharedOwner(ulong address, out uint offset)
    {
        address &= AddressMap.OffsetMask;
        offset = (uint)address & AddressMap.SharedOffsetMask;
        var rank = (address >> AddressMap.ClusterRankShift) - 1;
        return address <= AddressMap.SharedOffsetMask ? Block : rank < (ulong)Block.Cluster.Blocks.Length ? Block.Cluster.Blocks[rank] : null;
    }

    private uint DropMisaligned(Instruction at, uint mask, int bytes)
    {
        var bad = 0u;
        for (var m = mask; m != 0; m &= m - 1)
        {
            var lane = BitOperations.TrailingZeroCount(m);
            bad |= (Addresses[lane] & ((ulong)bytes - 1)) != 0 ? 1u << lane : 0;
        }

        var address = Addresses[BitOperations.TrailingZeroCount(bad)];
        Report(at, FindingKind.Misaligned, bad, () => $"expected an address that is a multiple of {bytes}, found 0x{address:x}");
        return mask & ~bad;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private uint ResolveGlobal(Instruction at, uint mask, int bytes, AccessKind kind)
    {
        var region = at.Cached;
        var good = 0u;
        for (var m = mask; m != 0; m &= m - 1)
        {
            var lane = BitOperations.TrailingZeroCount(m);
            var offset = Addresses[lane] - region.Start;
            var size = region.Size;
            if (offset >= size || size - offset < (ulong)bytes)
            {
                region = Launch.Machine.Memory.Find(Addresses[lane]);
                offset = Addresses[lane] - region.Start;
                size = region.Size;
                if (offset >= size || size - offset < (ulong)bytes)
                {
                    var address = Addresses[lane];
                    Report(at, FindingKind.OutOfBounds, 1u << lane, () => $"{Verb(kind)} {bytes} bytes at 0x{address:x}: {Launch.Machine.Memory.Describe(address)}");
                    region = at.Cached;
                    continue;
                }

                at.Cached = region;
            }

            Pointers[lane] = region.Pointer + offset;
            good |= 1u << lane;
        }

        if (region.IsReadOnly && kind is not (AccessKind.Read or AccessKind.StrongRead or AccessKind.Object) && good != 0)
        {
            Report(at, FindingKind.ReadOnlyWrite, good, () => $"writes to {at.Cached.Name}, which is constant");
            return 0;
        }

        if (kind is AccessKind.StrongRead or AccessKind.Atomic)
        {
            Block.HasPolled = true;
        }

        if (Launch.Options.Checks)
        {
            Coalescing.Count(Block.Counters, Addresses, good, bytes);
        }

        return good;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private uint ResolveShared(Instruction at, uint mask, int bytes, AccessKind kind)
    {
        var good = 0u;
        var isOwn = true;
        for (var m = mask; m != 0; m &= m - 1)
        {
            var lane = BitOperations.TrailingZeroCount(m);
            var address = Addresses[lane];
            var block = Block;
            if (address > AddressMap.SharedOffsetMask)
            {
                var rank = (address >> AddressMap.ClusterRankShift) - 1;
                if (rank >= (ulong)Block.Cluster.Blocks.Length)
                {
                    ReportShared(at, lane, address, bytes, kind);
                    continue;
                }

                block = Block.Cluster.Blocks[rank];
                isOwn &= block == Block;
                address &= AddressMap.SharedOffsetMask;
                if (block.IsDone && block != Block)
                {
                    Report(at, FindingKind.OutOfBounds, 1u << lane, () => $"{Verb(kind)} shared memory of block {rank} of the cluster, which has ended");
                    continue;
                }
            }

            if (!Launch.Program.OwnsShared((uint)address, bytes, block.SharedBytes))
            {
                ReportShared(at, lane, address, bytes, kind);
                continue;
            }

            Pointers[lane] = block.Shared + address;
            Addresses[lane] = address;
            good |= 1u << lane;
        }

        if (kind != AccessKind.Object && Block.RaceCheck is { } races && good != 0)
        {
            if (isOwn)
            {
                races.Access(this, at, good, bytes, kind);
            }

            BankConflicts.Count(Block.Counters, Addresses, good, bytes);
        }

        return good;
    }

    private void ReportShared(Instruction at, int lane, ulong address, int bytes, AccessKind kind) =>
        Report(at, FindingKind.OutOfBounds, 1u << lane, () => $"{Verb(kind)} {bytes} bytes of shared memory at 0x{address:x}: {Launch.Program.DescribeShared(address, Block.SharedBytes)}");

    private uint ResolveLocal(Instruction at, uint mask, int bytes)
    {
        var good = 0u;

        // The first pass may move local memory, the second sees where it stays.
        for (var pass = 0; pass < 2; pass++)
        {
            good = 0;
            for (var m = mask; m != 0; m &= m - 1)
            {
                var lane = BitOperations.TrailingZeroCount(m);
                var address = Addresses[lane];
                var pointer = address + (ulong)bytes <= Frame.LocalEnd ? Local.At(lane, (uint)address, bytes) : null;
                if (pointer is null)
                {
                    Report(at, FindingKind.OutOfBounds, 1u << lane, () => $"local memory at 0x{address:x}: the thread's variables end at 0x{Frame.LocalEnd:x}");
                    continue;
                }

                Pointers[lane] = pointer;
                good |= 1u << lane;
            }
        }

        return good;
    }

    private uint ResolveParameter(Instruction at, uint mask, int bytes, AccessKind kind)
    {
        var good = 0u;
        for (var m = mask; m != 0; m &= m - 1)
        {
            var lane = BitOperations.TrailingZeroCount(m);
            var offset = Addresses[lane] & AddressMap.OffsetMask;
            if (offset + (ulong)bytes > (ulong)Launch.ParameterBytes)
            {
                Report(at, FindingKind.OutOfBounds, 1u << lane, () => $"byte {offset} of the {Launch.ParameterBytes} bytes of parameters");
                continue;
            }

            Pointers[lane] = Launch.Parameters + offset;
            good |= 1u << lane;
        }

        if (kind is not (AccessKind.Read or AccessKind.StrongRead or AccessKind.Object) && good != 0)
        {
            Report(at, FindingKind.ReadOnlyWrite, good, () => "writes to a parameter of the kernel");
            return 0;
        }

        return good;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private uint ResolveGeneric(Instruction at, uint mask, int bytes, AccessKind kind)
    {
        var good = 0u;
        var left = mask;
        while (left != 0)
        {
            var tag = Addresses[BitOperations.TrailingZeroCount(left)] >> AddressMap.TagShift;
            var group = 0u;
            for (var m = left; m != 0; m &= m - 1)
            {
                var lane = BitOperations.TrailingZeroCount(m);
                group |= Addresses[lane] >> AddressMap.TagShift == tag ? 1u << lane : 0;
            }

            left &= ~group;
            if (tag is not 0 and not (AddressMap.ParameterWindow >> AddressMap.TagShift))
            {
                for (var m = group; m != 0; m &= m - 1)
                {
                    Addresses[BitOperations.TrailingZeroCount(m)] &= AddressMap.OffsetMask;
                }
            }

            good |= tag switch
            {
                AddressMap.SharedWindow >> AddressMap.TagShift => ResolveShared(at, group, bytes, kind),
                AddressMap.LocalWindow >> AddressMap.TagShift => ResolveLocal(at, group, bytes),
                AddressMap.ParameterWindow >> AddressMap.TagShift => ResolveParameter(at, group, bytes, kind),
                _ => ResolveGlobal(at, group, bytes, kind),
            };
        }

        return good;
    }

    private static string Verb(AccessKind kind) => kind switch
    {
        AccessKind.Read or AccessKind.StrongRead => "reads",
        AccessKind.Atomic => "updates",
        AccessKind.Object => "uses",
        _ => "writes",
    };
}
