using System.Numerics;
using System.Runtime.CompilerServices;
using PlamoNative.PtxEmulator.Parsing;

namespace PlamoNative.PtxEmulator.Execution;

/// <summary>
/// <c>atom</c> and <c>red</c> of 16 to 64 bits: a compare-and-swap loop on the machine's own words, since blocks run in parallel. Lanes go in order,
/// so that a warp's sums do not depend on chance.
/// </summary>
internal sealed unsafe class Atomic<T>(
    AddressSource address, StateSpace space, Func<T, T, T, T> update, int[] destinations, Source[] operands, Source[]? compares) : Instruction
    where T : unmanaged
{
    internal override void Execute(Warp warp, uint mask)
    {
        address.Evaluate(warp);
        var good = warp.Resolve(this, space, mask, sizeof(T) * operands.Length, AccessKind.Atomic);
        var pointers = warp.Pointers;
        for (var m = good; m != 0; m &= m - 1)
        {
            var lane = BitOperations.TrailingZeroCount(m);
            for (var i = 0; i < operands.Length; i++)
            {
                var operand = operands[i].Of<T>(warp)[lane];
                var compare = compares is null ? operand : compares[i].Of<T>(warp)[lane];
                var old = Update((T*)pointers[lane] + i, operand, compare);
                if (destinations.Length > 0)
                {
                    ((T*)(warp.Registers + destinations[i]))[lane] = old;
                }
            }
        }
    }

    private T Update(T* place, T operand, T compare)
    {
        if (sizeof(T) == 16)
        {
            lock (WideAtomics.Gate)
            {
                var before = *place;
                *place = update(before, operand, compare);
                return before;
            }
        }

        while (true)
        {
            var old = Unsafe.ReadUnaligned<T>(place);
            var next = update(old, operand, compare);
            if (TrySwap(place, old, next))
            {
                return old;
            }
        }
    }

    private static bool TrySwap(T* place, T old, T next)
    {
        if (sizeof(T) == 8)
        {
            var expected = Unsafe.BitCast<T, ulong>(old);
            return Interlocked.CompareExchange(ref *(ulong*)place, Unsafe.BitCast<T, ulong>(next), expected) == expected;
        }

        if (sizeof(T) == 4)
        {
            var expected = Unsafe.BitCast<T, uint>(old);
            return Interlocked.CompareExchange(ref *(uint*)place, Unsafe.BitCast<T, uint>(next), expected) == expected;
        }

        var half = Unsafe.BitCast<T, ushort>(old);
        return Interlocked.CompareExchange(ref *(ushort*)place, Unsafe.BitCast<T, ushort>(next), half) == half;
    }
}

/// <summary>128-bit exchanges go one at a time.</summary>
internal static class WideAtomics
{
    internal static readonly Lock Gate = new();
}
