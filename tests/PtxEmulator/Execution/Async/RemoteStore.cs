using System.Numerics;
using System.Runtime.CompilerServices;
using PlamoNative.PtxEmulator.Parsing;

namespace PlamoNative.PtxEmulator.Execution;

/// <summary><c>st.async</c> and <c>red.async</c>: done at once, and their bytes announced at the mbarrier.</summary>
internal sealed unsafe class RemoteStore<T>(AddressSource address, Source[] values, AddressSource mbarrier, Func<T, T, T, T> update) : Instruction
    where T : unmanaged
{
    internal override void Execute(Warp warp, uint mask)
    {
        address.Evaluate(warp);
        var good = warp.Resolve(this, StateSpace.SharedCluster, mask, sizeof(T) * values.Length, AccessKind.Object);
        var barriers = mbarrier.Evaluate(warp);
        for (; good != 0; good &= good - 1)
        {
            var lane = BitOperations.TrailingZeroCount(good);
            for (var i = 0; i < values.Length; i++)
            {
                var place = warp.Pointers[lane] + (i * sizeof(T));
                var value = values[i].Of<T>(warp)[lane];
                Unsafe.WriteUnaligned(place, update(Unsafe.ReadUnaligned<T>(place), value, value));
            }

            if (warp.SharedOwner(barriers[lane], out var offset) is { } owner)
            {
                BarrierObjects.Complete(warp, this, lane, owner, offset, sizeof(T) * values.Length);
            }
        }
    }
}
