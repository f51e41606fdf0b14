using System.Numerics;
using System.Runtime.CompilerServices;
using PlamoNative.PtxEmulator.Execution;

namespace PlamoNative.PtxEmulator.Checks;

/// <summary>How many 32-byte sectors an access of a warp to global memory touches, against what its bytes need.</summary>
internal static unsafe class Coalescing
{
    private const int SectorShift = 5;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Count(Counters counters, ulong* addresses, uint mask, int bytes)
    {
        if (mask == 0)
        {
            return;
        }

        counters.GlobalAccesses++;
        if (mask == uint.MaxValue && addresses[31] - addresses[0] == (ulong)(31 * bytes) && IsRun(addresses, bytes))
        {
            counters.GlobalSectors += (long)(((addresses[31] + (ulong)bytes - 1) >> SectorShift) - (addresses[0] >> SectorShift) + 1);
            return;
        }

        // Distinct sectors and distinct addresses: lanes that read one value together need its bytes once.
        Span<ulong> sectors = stackalloc ulong[64];
        Span<ulong> starts = stackalloc ulong[32];
        int sectorCount = 0, startCount = 0;
        for (var m = mask; m != 0; m &= m - 1)
        {
            var address = addresses[BitOperations.TrailingZeroCount(m)];
            if (!starts[..startCount].Contains(address))
            {
                starts[startCount++] = address;
                for (var sector = address >> SectorShift; sector <= (address + (ulong)bytes - 1) >> SectorShift; sector++)
                {
                    if (!sectors[..sectorCount].Contains(sector))
                    {
                        sectors[sectorCount++] = sector;
                    }
                }
            }
        }

        counters.GlobalSectors += sectorCount;
        var needed = ((startCount * bytes) + 31) >> SectorShift;
        counters.UncoalescedAccesses += sectorCount > needed + 1 ? 1 : 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static bool IsRun(ulong* addresses, int bytes)
    {
        for (var lane = 1; lane < Warp.Lanes; lane++)
        {
            if (addresses[lane] - addresses[lane - 1] != (ulong)bytes)
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>
/// Extra turns of an access to shared memory: 32 banks of 4 bytes; lanes that read the same word share a turn. Wide accesses go in halves (8 bytes)
/// or quarters (16 bytes) of a warp.
/// </summary>
internal static unsafe class BankConflicts
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Count(Counters counters, ulong* addresses, uint mask, int bytes)
    {
        counters.SharedAccesses++;
        if (mask == uint.MaxValue && bytes <= 4 && (addresses[31] - addresses[0] == (ulong)(31 * bytes) ? Coalescing.IsRun(addresses, bytes) : Coalescing.IsRun(addresses, 0)))
        {
            return;
        }

        var lanes = bytes >= 16 ? 8 : bytes == 8 ? 16 : 32;
        Span<byte> turns = stackalloc byte[32];
        Span<uint> words = stackalloc uint[32 * 4];
        for (var start = 0; start < Warp.Lanes; start += lanes)
        {
            turns.Clear();
            int count = 0, worst = 1;
            var group = (uint)((ulong)mask >> start & ((1UL << lanes) - 1));
            for (; group != 0; group &= group - 1)
            {
                var address = (uint)addresses[start + BitOperations.TrailingZeroCount(group)];
                for (var word = address >> 2; word <= (address + (uint)bytes - 1) >> 2; word++)
                {
                    // A word equal to one before it costs nothing; most accesses differ, so look at the bank first.
                    var bank = (int)(word & 31);
                    if (turns[bank] != 0 && words[..count].Contains(word))
                    {
                        continue;
                    }

                    words[count++] = word;
                    worst = Math.Max(worst, ++turns[bank]);
                }
            }

            counters.BankConflicts += worst - 1;
        }
    }
}
