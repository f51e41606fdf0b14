using System.Numerics;
using System.Runtime.CompilerServices;
using PlamoNative.PtxEmulator.Numerics;
using PlamoNative.PtxEmulator.Parsing;

namespace PlamoNative.PtxEmulator.Execution;

/// <summary><c>cp.async</c> from global to shared memory.</summary>
internal sealed unsafe class AsyncCopyInstruction(AddressSource target, AddressSource origin, StateSpace originSpace, StateSpace targetSpace, int size, Source? sourceSize, Source? ignores, uint flip)
    : Instruction
{
    internal override void Execute(Warp warp, uint mask)
    {
        Span<ulong> places = stackalloc ulong[Warp.Lanes];
        target.Evaluate(warp);
        var good = warp.Resolve(this, targetSpace, mask, size, AccessKind.Object);
        new Span<ulong>(warp.Addresses, Warp.Lanes).CopyTo(places);
        origin.Evaluate(warp);

        // Lanes that copy nothing read nothing: their source may point anywhere.
        var reads = good;
        var ignored = ignores is { } predicate ? *predicate.Of<uint>(warp) ^ flip : 0;
        for (var m = good; m != 0; m &= m - 1)
        {
            var lane = BitOperations.TrailingZeroCount(m);
            if (((ignored >> lane) & 1) != 0 || (sourceSize is { } count && count.Of<uint>(warp)[lane] == 0))
            {
                reads &= ~(1u << lane);
            }
        }

        var asked = sourceSize is null ? size : 0;
        var loaded = asked == size ? warp.Resolve(this, originSpace, reads, size, AccessKind.Read) : ResolveParts(warp, reads);
        for (var m = good; m != 0; m &= m - 1)
        {
            var lane = BitOperations.TrailingZeroCount(m);
            var wanted = sourceSize is { } count ? count.Of<uint>(warp)[lane] : (uint)size;
            if (wanted > (uint)size)
            {
                warp.Report(this, FindingKind.InvalidOperation, 1u << lane, () => $"expected a source size up to {size}, found {wanted}");
                wanted = (uint)size;
            }

            UInt128 bytes = 0;
            if (((loaded >> lane) & 1) != 0)
            {
                Unsafe.CopyBlockUnaligned(&bytes, warp.Pointers[lane], wanted);
            }

            var place = places[lane];
            warp.Copies(lane).Add(new(this, place, bytes, size));
            warp.Block.RaceCheck?.Pending(warp, this, place, size);
        }
    }

    /// <summary>Sources of a size of their own, lane by lane; the whole size fixes the alignment.</summary>
    private uint ResolveParts(Warp warp, uint mask)
    {
        var good = 0u;
        for (; mask != 0; mask &= mask - 1)
        {
            var lane = BitOperations.TrailingZeroCount(mask);
            var count = Math.Min(sourceSize!.Value.Of<uint>(warp)[lane], (uint)size);
            var address = warp.Addresses[lane];
            if (address % (uint)size != 0)
            {
                warp.Report(this, FindingKind.Misaligned, 1u << lane, () => $"expected a source that is a multiple of {size}, found 0x{address:x}");
                continue;
            }

            var region = warp.Launch.Machine.Memory.Find(address);
            var offset = address - region.Start;
            if (offset >= region.Size || region.Size - offset < count)
            {
                warp.Report(this, FindingKind.OutOfBounds, 1u << lane, () => $"copies {count} bytes from 0x{address:x}: {warp.Launch.Machine.Memory.Describe(address)}");
                continue;
            }

            warp.Pointers[lane] = region.Pointer + offset;
            good |= 1u << lane;
        }

        return good;
    }
}

/// <summary><c>cp.async.commit_group</c>, and that of bulk copies.</summary>
internal sealed class CommitCopies(bool isBulk) : Instruction
{
    internal override void Execute(Warp warp, uint mask)
    {
        for (; mask != 0; mask &= mask - 1)
        {
            var lane = BitOperations.TrailingZeroCount(mask);
            if (isBulk)
            {
                warp.Bulks(lane).Commit();
            }
            else
            {
                warp.Copies(lane).Commit();
            }
        }
    }
}

/// <summary><c>cp.async.wait_group N</c>, <c>wait_all</c> (which commits first), and the wait of bulk copies.</summary>
internal sealed class WaitCopies(bool isBulk, bool commits, int newest) : Instruction
{
    internal override void Execute(Warp warp, uint mask)
    {
        for (; mask != 0; mask &= mask - 1)
        {
            var lane = BitOperations.TrailingZeroCount(mask);
            if (isBulk)
            {
                warp.LandBulks(lane, newest);
                continue;
            }

            if (commits)
            {
                warp.Copies(lane).Commit();
            }

            warp.LandCopies(lane, newest);
        }
    }
}

/// <summary><c>fence.proxy.async</c>.</summary>
internal sealed class ProxyFence : Instruction
{
    internal override void Execute(Warp warp, uint mask) => warp.Block.RaceCheck?.FenceProxy(warp);
}
