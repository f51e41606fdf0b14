using System.Numerics;
using System.Runtime.CompilerServices;
using PlamoNative.PtxEmulator.Numerics;

namespace PlamoNative.PtxEmulator.Execution;

/// <summary>A copy of <c>cp.async</c> under way: its bytes are taken when it is issued and written when its group was waited for.</summary>
internal sealed record PendingCopy(Instruction At, ulong Address, UInt128 Bytes, int Size);

/// <summary>A bulk store under way: shared memory is read when its group is waited for, as late as the hardware may.</summary>
internal sealed record PendingBulk(Action Run);

/// <summary>A product of a warpgroup under way, for the rows of this warp.</summary>
internal sealed record PendingProduct(Action Run);

/// <summary>What the lanes of a warp have under way.</summary>
internal sealed unsafe partial class Warp
{
    private readonly AsyncCopyGroups<PendingCopy>?[] _copies = new AsyncCopyGroups<PendingCopy>?[Lanes];
    private readonly AsyncCopyGroups<PendingBulk>?[] _bulks = new AsyncCopyGroups<PendingBulk>?[Lanes];

    /// <summary>Products, which all lanes issue together.</summary>
    internal AsyncCopyGroups<PendingProduct> Products { get; private set; } = new();

    internal AsyncCopyGroups<PendingCopy> Copies(int lane) => _copies[lane] ??= new();

    internal AsyncCopyGroups<PendingBulk> Bulks(int lane) => _bulks[lane] ??= new();

    private void StartAsync()
    {
        Array.Clear(_copies);
        Array.Clear(_bulks);
        Products = new();
    }

    /// <summary>Copies of a lane land that a wait for all but the newest groups waits for; a negative number: all, committed or not.</summary>
    internal void LandCopies(int lane, int newest)
    {
        if (_copies[lane] is not { } groups)
        {
            return;
        }

        while (newest < 0 ? groups.TryLandAny(out var copy) : groups.TryLand(newest, out copy))
        {
            var bytes = copy.Bytes;
            Unsafe.CopyBlockUnaligned(Block.Shared + copy.Address, &bytes, (uint)copy.Size);
            Block.RaceCheck?.Landed(this, lane, copy.Address, copy.Size);
        }
    }

    internal void LandBulks(int lane, int newest)
    {
        if (_bulks[lane] is not { } groups)
        {
            return;
        }

        while (newest < 0 ? groups.TryLandAny(out var bulk) : groups.TryLand(newest, out bulk))
        {
            bulk.Run();
        }
    }

    /// <summary>Lanes end: their bulk stores still reach global memory.</summary>
    private void FinishAsync(uint lanes)
    {
        for (; lanes != 0; lanes &= lanes - 1)
        {
            LandBulks(BitOperations.TrailingZeroCount(lanes), -1);
        }
    }
}
