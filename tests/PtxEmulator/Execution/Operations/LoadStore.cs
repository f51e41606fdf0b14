using System.Numerics;
using System.Runtime.CompilerServices;
using PlamoNative.PtxEmulator.Parsing;

namespace PlamoNative.PtxEmulator.Execution;

/// <summary><c>ld</c>: one to eight values of a width from one address.</summary>
internal sealed unsafe class Load<T>(AddressSource address, StateSpace space, AccessKind kind, int[] destinations) : Instruction
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Execute(Warp warp, uint mask)
    {
        address.Evaluate(warp);
        var good = warp.Resolve(this, space, mask, sizeof(T) * destinations.Length, kind);
        var pointers = warp.Pointers;
        for (var i = 0; i < destinations.Length; i++)
        {
            var d = (T*)(warp.Registers + destinations[i]);
            for (var m = good; m != 0; m &= m - 1)
            {
                var lane = BitOperations.TrailingZeroCount(m);
                d[lane] = Unsafe.ReadUnaligned<T>(pointers[lane] + (i * sizeof(T)));
            }

            for (var m = mask & ~good; m != 0; m &= m - 1)
            {
                d[BitOperations.TrailingZeroCount(m)] = default;
            }
        }
    }
}

/// <summary><c>st</c>.</summary>
internal sealed unsafe class Store<T>(AddressSource address, StateSpace space, AccessKind kind, Source[] values) : Instruction
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Execute(Warp warp, uint mask)
    {
        address.Evaluate(warp);
        var good = warp.Resolve(this, space, mask, sizeof(T) * values.Length, kind);
        var pointers = warp.Pointers;
        if (warp.Block.RaceCheck is { Collisions.Count: > 0 } races)
        {
            LookAtCollisions(warp, races);
        }

        for (var i = 0; i < values.Length; i++)
        {
            var from = values[i].Of<T>(warp);
            for (var m = good; m != 0; m &= m - 1)
            {
                var lane = BitOperations.TrailingZeroCount(m);
                Unsafe.WriteUnaligned(pointers[lane] + (i * sizeof(T)), from[lane]);
            }
        }
    }

    /// <summary>Lanes that store to one place: which value stays is chance, unless they agree.</summary>
    private void LookAtCollisions(Warp warp, Checks.RaceCheck races)
    {
        foreach (var (lane, other) in races.Collisions)
        {
            var pointer = (byte*)warp.Addresses[lane];
            var isSame = warp.Addresses[lane] == warp.Addresses[other];
            for (var i = 0; isSame && i < values.Length; i++)
            {
                isSame = EqualityComparer<T>.Default.Equals(values[i].Of<T>(warp)[lane], values[i].Of<T>(warp)[other]);
            }

            if (!isSame)
            {
                warp.Report(this, FindingKind.SharedRace, 1u << lane, () => $"lanes {other} and {lane} store different values to shared memory at 0x{(ulong)pointer:x} at once");
            }
        }

        races.Collisions.Clear();
    }
}

/// <summary>A fence: orders what other threads see. The emulator executes in order, so that only the machine's own order matters.</summary>
internal sealed class Fence : Instruction
{
    internal override void Execute(Warp warp, uint mask) => Interlocked.MemoryBarrier();
}

/// <summary>A hint without effect.</summary>
internal sealed class Hint : Instruction
{
    internal override void Execute(Warp warp, uint mask)
    {
    }
}
