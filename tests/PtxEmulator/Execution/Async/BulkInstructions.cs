using System.Numerics;
using PlamoNative.PtxEmulator.Memory;
using PlamoNative.PtxEmulator.Numerics;

namespace PlamoNative.PtxEmulator.Execution;

/// <summary>Global memory for the copy engine: what lies outside is reported.</summary>
internal readonly unsafe ref struct EngineMemory(Warp warp, Instruction at, int lane) : IGlobalBytes
{
    /// <inheritdoc/>
    public void Read(ulong address, scoped Span<byte> destination)
    {
        if (Find(address, destination.Length, "reads") is var pointer && pointer is not null)
        {
            new ReadOnlySpan<byte>(pointer, destination.Length).CopyTo(destination);
        }
        else
        {
            destination.Clear();
        }
    }

    /// <inheritdoc/>
    public void Write(ulong address, scoped ReadOnlySpan<byte> source)
    {
        if (Find(address, source.Length, "writes") is var pointer && pointer is not null)
        {
            source.CopyTo(new(pointer, source.Length));
        }
    }

    private byte* Find(ulong address, int bytes, string verb)
    {
        var memory = warp.Launch.Machine.Memory;
        var region = memory.Find(address);
        var offset = address - region.Start;
        if (offset < region.Size && region.Size - offset >= (ulong)bytes)
        {
            return region.Pointer + offset;
        }

        warp.Report(at, FindingKind.OutOfBounds, 1u << lane, () => $"the copy engine {verb} {bytes} bytes at 0x{address:x}: {memory.Describe(address)}");
        return null;
    }
}

internal enum BulkDirection
{
    GlobalToShared,
    SharedToShared,
    SharedToGlobal,
}

/// <summary>
/// <c>cp.async.bulk</c>, <c>cp.async.bulk.tensor</c> and their reductions. Loads are done at once and announced at their mbarrier: whoever reads the
/// bytes without having waited there is reported. Stores are done when they are waited for.
/// </summary>
internal sealed unsafe class BulkCopy(
    BulkDirection direction, AddressSource shared, AddressSource other, Source[] coordinates, Source? size, AddressSource? mbarrier, Source? multicast,
    BulkReduction? reduction, TensorMapType elementType) : Instruction
{
    internal override void Execute(Warp warp, uint mask)
    {
        for (; mask != 0; mask &= mask - 1)
        {
            var lane = BitOperations.TrailingZeroCount(mask);
            var sharedAddress = shared.Evaluate(warp)[lane];
            var otherAddress = other.Evaluate(warp)[lane];
            var barrier = mbarrier is { } at ? at.Evaluate(warp)[lane] : 0;
            var place = new int[coordinates.Length];
            for (var i = 0; i < place.Length; i++)
            {
                place[i] = coordinates[i].Of<int>(warp)[lane];
            }

            var bytes = size is { } count ? (int)count.Of<uint>(warp)[lane] : 0;
            var map = default(TensorMap);
            try
            {
                if (place.Length > 0)
                {
                    map = ReadMap(warp, lane, otherAddress);
                }
                else if (bytes % 16 != 0 || sharedAddress % 16 != 0 || otherAddress % 16 != 0)
                {
                    throw new PtxRuleException($"a bulk copy of {bytes} bytes between 0x{sharedAddress:x} and 0x{otherAddress:x}: all three must be multiples of 16");
                }

                if (direction == BulkDirection.SharedToGlobal)
                {
                    warp.Bulks(lane).Add(new(() => Guarded(warp, lane, () => Store(warp, lane, map, place, sharedAddress, otherAddress, bytes))));
                    warp.Block.RaceCheck?.ReadByEngine(warp, this, lane, sharedAddress & AddressMap.SharedOffsetMask, Math.Max(1, place.Length > 0 ? map.BoxBytes : bytes));
                    continue;
                }

                var targets = multicast is { } blocks ? blocks.Of<ushort>(warp)[lane] : 0u;
                if (targets == 0)
                {
                    Load(warp, lane, map, place, sharedAddress, otherAddress, bytes, barrier, null);
                }

                for (var rank = 0; targets != 0; rank++, targets >>= 1)
                {
                    if ((targets & 1) != 0)
                    {
                        Load(warp, lane, map, place, sharedAddress, otherAddress, bytes, barrier, rank);
                    }
                }
            }
            catch (PtxRuleException rule)
            {
                Fail(warp, lane, rule);
            }
        }
    }

    private void Guarded(Warp warp, int lane, Action action)
    {
        try
        {
            action();
        }
        catch (PtxRuleException rule)
        {
            Fail(warp, lane, rule);
        }
    }

    private void Fail(Warp warp, int lane, PtxRuleException rule) => warp.Report(this, FindingKind.InvalidOperation, 1u << lane, () => rule.Message);

    /// <summary>The map lies in global or constant memory, or among the kernel's parameters.</summary>
    private TensorMap ReadMap(Warp warp, int lane, ulong address)
    {
        if (address % 64 != 0)
        {
            throw new PtxRuleException($"the tensor map at 0x{address:x} is not on a multiple of 64");
        }

        if (address >> AddressMap.TagShift == AddressMap.ParameterWindow >> AddressMap.TagShift)
        {
            var offset = (long)(address & AddressMap.OffsetMask);
            return offset + TensorMap.SizeBytes <= warp.Launch.ParameterBytes
                ? TensorMap.Read(new ReadOnlySpan<byte>(warp.Launch.Parameters + offset, TensorMap.SizeBytes))
                : throw new PtxRuleException($"the tensor map at byte {offset} of the parameters ends outside of them");
        }

        Span<byte> bytes = stackalloc byte[TensorMap.SizeBytes];
        new EngineMemory(warp, this, lane).Read(address, bytes);
        return TensorMap.Read(bytes);
    }

    private void Load(Warp warp, int lane, in TensorMap map, int[] place, ulong sharedAddress, ulong otherAddress, int bytes, ulong barrier, int? rank)
    {
        var owner = warp.SharedOwner(sharedAddress, out var offset);
        owner = rank is { } r ? r < warp.Block.Cluster.Blocks.Length ? warp.Block.Cluster.Blocks[r] : null : owner;
        var total = place.Length > 0 ? map.BoxBytes : bytes;
        if (owner is null || total == 0 || !warp.Launch.Program.OwnsShared(offset, total, owner.SharedBytes))
        {
            throw new PtxRuleException($"a bulk copy of {total} bytes to shared address 0x{sharedAddress:x}: {warp.Launch.Program.DescribeShared(offset, warp.Block.SharedBytes)}");
        }

        var target = new Span<byte>(owner.Shared, owner.SharedBytes);
        if (place.Length > 0)
        {
            var memory = new EngineMemory(warp, this, lane);
            TensorCopy.Load(map, place, offset, target, ref memory);
        }
        else if (direction == BulkDirection.SharedToShared)
        {
            var source = warp.SharedOwner(otherAddress, out var from);
            if (source is null || !warp.Launch.Program.OwnsShared(from, bytes, source.SharedBytes))
            {
                throw new PtxRuleException($"a bulk copy of {bytes} bytes from shared address 0x{otherAddress:x}, which is outside");
            }

            source.RaceCheck?.ReadByEngine(warp, this, lane, from, bytes);
            new Span<byte>(source.Shared + from, bytes).CopyTo(target[(int)offset..]);
        }
        else
        {
            new EngineMemory(warp, this, lane).Read(otherAddress, target.Slice((int)offset, bytes));
        }

        var barrierOwner = warp.SharedOwner(barrier, out var barrierOffset);
        barrierOwner = rank is null ? barrierOwner : owner;
        if (owner == warp.Block)
        {
            owner.RaceCheck?.WrittenByEngine(warp, this, offset, total, barrierOwner == owner ? barrierOffset : null);
        }

        if (barrierOwner is not null)
        {
            BarrierObjects.Complete(warp, this, lane, barrierOwner, barrierOffset, total);
        }
    }

    private void Store(Warp warp, int lane, in TensorMap map, int[] place, ulong sharedAddress, ulong otherAddress, int bytes)
    {
        var offset = (uint)sharedAddress & AddressMap.SharedOffsetMask;
        var total = place.Length > 0 ? map.BoxBytes : bytes;
        if (!warp.Launch.Program.OwnsShared(offset, Math.Max(total, 1), warp.Block.SharedBytes))
        {
            throw new PtxRuleException($"a bulk copy of {total} bytes from shared address 0x{sharedAddress:x}: {warp.Launch.Program.DescribeShared(offset, warp.Block.SharedBytes)}");
        }

        var memory = new EngineMemory(warp, this, lane);
        var source = new Span<byte>(warp.Block.Shared, warp.Block.SharedBytes);
        if (place.Length > 0)
        {
            if (reduction is { } operation)
            {
                TensorCopy.Reduce(map, operation, place, offset, source, ref memory);
            }
            else
            {
                TensorCopy.Store(map, place, offset, source, ref memory);
            }

            return;
        }

        var values = source.Slice((int)offset, bytes).ToArray();
        if (reduction is { } reduce)
        {
            lock (WideAtomics.Gate)
            {
                var old = new byte[bytes];
                memory.Read(otherAddress, old);
                BoxElements.Reduce(elementType, reduce, old, values);
                memory.Write(otherAddress, values);
            }

            return;
        }

        memory.Write(otherAddress, values);
    }
}
