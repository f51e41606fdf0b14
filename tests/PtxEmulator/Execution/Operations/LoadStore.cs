using System.Numerics;
using System.Runtime.CompilerServices;
using PlamoNative.PtxEmulator.Parsing;

namespace PlamoNative.PtxEmulator.Execution;

/// <summary><c>ld</c>: one to eight values of a width from one address.</summary>
internal sealed unsafe class Load<T>(AddressSource address, StateSpace space, AccessKind kind, int[] destinations) : MemoryInstruction
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
internal sealed unsafe class Store<T>(AddressSource address, StateSpace space, AccessKind kind, Source[] values) : MemoryInstruction
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Execute(Warp warp, uint mask)
    {
        address.Evaluate(warp);
        var good = warp.Resolve(this, space, mask, sizeof(T) * values.Length, kind);
        var pointers = warp.Pointers;
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
