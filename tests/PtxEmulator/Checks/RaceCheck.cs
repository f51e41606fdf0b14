using System.Numerics;
using System.Runtime.CompilerServices;
using PlamoNative.PtxEmulator.Execution;

namespace PlamoNative.PtxEmulator.Checks;

/// <summary>
/// Shared memory of a block: who wrote and who read what, and whether something orders them. Each warp has a vector clock (after FastTrack, Flanagan
/// and Freund 2009): barriers, mbarriers, atomics and volatile accesses carry it from one to another. Lanes of one warp are ordered by
/// <c>bar.warp.sync</c> and barriers only. The last number of a clock belongs to the asynchronous copy engine.
/// </summary>
internal sealed class RaceCheck
{
    private const int LaneBits = 8;
    private const int WarpBits = 8;
    private const ulong StrongBit = 1UL << 63;
    private const ulong Never = 1UL << 44;
    private readonly Block _block;
    private readonly int _shift;
    private readonly long[][] _clocks;
    private readonly long[] _fenced;
    private readonly ulong[] _writers;
    private readonly int[] _writerLines;
    private readonly uint[] _readerMasks;
    private readonly ulong[][] _readers;
    private readonly Dictionary<object, long[]> _barriers = [];
    private readonly Dictionary<int, long[]> _places = [];

    internal RaceCheck(Block block)
    {
        _block = block;
        _shift = BitOperations.Log2((uint)Math.Clamp(block.Launch.Program.SharedGrain, 1, 16));
        var grains = (block.SharedBytes >> _shift) + 1;
        _clocks = new long[block.Warps.Length + 1][];
        for (var i = 0; i < _clocks.Length; i++)
        {
            _clocks[i] = new long[_clocks.Length];
        }

        _fenced = new long[_clocks.Length];
        _writers = new ulong[grains];
        _writerLines = new int[grains];
        _readerMasks = new uint[grains];
        _readers = new ulong[block.Warps.Length][];
        for (var i = 0; i < _readers.Length; i++)
        {
            _readers[i] = new ulong[grains];
        }
    }

    /// <summary>Pairs of lanes that one store sent to the same place: a fault when their values differ.</summary>
    internal List<(int Lane, int Other)> Collisions { get; } = [];

    private int Engine => _block.Warps.Length;

    internal void Reset()
    {
        for (var i = 0; i < _clocks.Length; i++)
        {
            Array.Clear(_clocks[i]);
            _clocks[i][i] = 1;
        }

        Array.Clear(_fenced);
        Array.Clear(_writers);
        Array.Clear(_readerMasks);
        _barriers.Clear();
        _places.Clear();
    }

    internal void Release(Warp warp, object barrier)
    {
        if (!_barriers.TryGetValue(barrier, out var clock))
        {
            _barriers.Add(barrier, clock = new long[_clocks.Length]);
        }

        Join(clock, _clocks[warp.Index]);
        _clocks[warp.Index][warp.Index]++;
    }

    internal void Acquire(Warp warp, object barrier)
    {
        if (_barriers.TryGetValue(barrier, out var clock))
        {
            Join(_clocks[warp.Index], clock);
        }
    }

    internal void Forget(object barrier) => _barriers.Remove(barrier);

    /// <summary>Orders the lanes of a warp.</summary>
    internal void SynchronizeWarp(Warp warp) => _clocks[warp.Index][warp.Index]++;

    /// <summary>A place in shared memory (an mbarrier, an atomic) takes what a warp knows.</summary>
    internal void Release(Warp warp, ulong address) => Release(warp.Index, address);

    /// <summary>A warp learns what was given to a place.</summary>
    internal void Acquire(Warp warp, ulong address)
    {
        if (_places.TryGetValue((int)(address >> _shift), out var clock))
        {
            Join(_clocks[warp.Index], clock);
        }
    }

    /// <summary>Bytes that the copy engine wrote: whoever reads them must have waited at the place.</summary>
    internal void WrittenByEngine(Warp warp, Instruction instruction, ulong address, int bytes, ulong? mbarrier)
    {
        // The engine starts after what its warp did before.
        Join(_clocks[Engine], _clocks[warp.Index]);
        var entry = ((ulong)_clocks[Engine][Engine] << (LaneBits + WarpBits)) | ((ulong)Engine << LaneBits);
        for (var grain = (int)(address >> _shift); grain <= (int)((address + (ulong)bytes - 1) >> _shift); grain++)
        {
            CheckReaders(warp, instruction, grain, Engine, 0, _clocks[Engine]);
            _writers[grain] = entry;
            _writerLines[grain] = instruction.Line;
            _readerMasks[grain] = 0;
        }

        if (mbarrier is { } place)
        {
            Release(Engine, place);
        }
    }

    /// <summary>Bytes that a copy is to fill some time: nobody may read them, whatever barrier was passed, before <see cref="Landed"/>.</summary>
    internal void Pending(Warp warp, Instruction instruction, ulong address, int bytes)
    {
        Join(_clocks[Engine], _clocks[warp.Index]);
        for (var grain = (int)(address >> _shift); grain <= (int)((address + (ulong)bytes - 1) >> _shift); grain++)
        {
            CheckReaders(warp, instruction, grain, Engine, 0, _clocks[Engine]);
            _writers[grain] = (Never << (LaneBits + WarpBits)) | ((ulong)Engine << LaneBits);
            _writerLines[grain] = instruction.Line;
            _readerMasks[grain] = 0;
        }
    }

    /// <summary>The copy is there: written by the lane that waited for it, now.</summary>
    internal void Landed(Warp warp, int lane, ulong address, int bytes)
    {
        for (var grain = (int)(address >> _shift); grain <= (int)((address + (ulong)bytes - 1) >> _shift); grain++)
        {
            _writers[grain] = Entry(warp.Index, lane);
        }
    }

    /// <summary>A fence between ordinary and asynchronous accesses: what its warp knows of is visible to the copy engine and the tensor core.</summary>
    internal void FenceProxy(Warp warp)
    {
        Join(_fenced, _clocks[warp.Index]);
        _clocks[warp.Index][warp.Index]++;
    }

    /// <summary>Bytes that the copy engine or the tensor core reads on behalf of a warp.</summary>
    internal void ReadByEngine(Warp warp, Instruction instruction, int lane, ulong address, int bytes)
    {
        for (var grain = (int)(address >> _shift); grain <= (int)((address + (ulong)bytes - 1) >> _shift); grain++)
        {
            var writer = _writers[grain] & ~StrongBit;
            if (writer != 0 && WarpOf(writer) != Engine && (long)(writer >> (LaneBits + WarpBits)) > _fenced[WarpOf(writer)])
            {
                warp.Report(instruction, FindingKind.UnwaitedAsync, 1u << lane, () =>
                    $"reads shared memory at 0x{grain << _shift:x} asynchronously, which an ordinary store (PTX line {_writerLines[grain]}) wrote with no fence.proxy.async since: {Place(grain)}");
            }

            Read(warp, instruction, grain, lane, AccessKind.Read);
        }
    }

    /// <summary>Bytes written on behalf of a lane, outside of a store: they count as written by it, now.</summary>
    internal void Written(Warp warp, Instruction instruction, int lane, ulong address, int bytes)
    {
        for (var grain = (int)(address >> _shift); grain <= (int)((address + (ulong)bytes - 1) >> _shift); grain++)
        {
            Write(warp, instruction, grain, lane, AccessKind.Write);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal unsafe void Access(Warp warp, Instruction instruction, uint mask, int bytes, AccessKind kind)
    {
        var addresses = warp.Addresses;
        Collisions.Clear();
        if (kind is AccessKind.StrongRead or AccessKind.Atomic)
        {
            for (var m = mask; m != 0; m &= m - 1)
            {
                Acquire(warp, addresses[BitOperations.TrailingZeroCount(m)]);
            }
        }

        for (var m = mask; m != 0; m &= m - 1)
        {
            var lane = BitOperations.TrailingZeroCount(m);
            var last = (int)((addresses[lane] + (ulong)bytes - 1) >> _shift);
            for (var grain = (int)(addresses[lane] >> _shift); grain <= last; grain++)
            {
                if (kind is AccessKind.Read or AccessKind.StrongRead or AccessKind.Atomic)
                {
                    Read(warp, instruction, grain, lane, kind);
                }

                if (kind is AccessKind.Write or AccessKind.StrongWrite or AccessKind.Atomic)
                {
                    Write(warp, instruction, grain, lane, kind);
                }
            }
        }

        if (kind is AccessKind.StrongWrite or AccessKind.Atomic)
        {
            for (var m = mask; m != 0; m &= m - 1)
            {
                Release(warp, addresses[BitOperations.TrailingZeroCount(m)]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Read(Warp warp, Instruction instruction, int grain, int lane, AccessKind kind)
    {
        var writer = _writers[grain];
        var reader = _readers[warp.Index][grain];
        if (kind == AccessKind.Read && writer != 0 && WarpOf(writer) != warp.Index && (_readerMasks[grain] & (1u << warp.Index)) != 0
            && (long)(reader >> (LaneBits + WarpBits)) == _clocks[warp.Index][warp.Index])
        {
            // The warp has read this place since it was written and since it last met others: nothing new.
            return;
        }

        if (writer == 0)
        {
            if (_block.Cluster.Blocks.Length == 1)
            {
                warp.Report(instruction, FindingKind.UninitializedShared, 1u << lane, () => $"nobody wrote shared memory at 0x{grain << _shift:x}: {Place(grain)}");
            }

            _writers[grain] = (uint)lane | ((ulong)warp.Index << LaneBits);
            return;
        }

        if (!IsOrdered(writer & ~StrongBit, warp.Index, lane, _clocks[warp.Index]) && ((writer & StrongBit) == 0 || kind == AccessKind.Read))
        {
            ReportRace(warp, instruction, lane, grain, writer, "reads", "wrote", _writerLines[grain]);
        }

        if (kind == AccessKind.Read)
        {
            _readers[warp.Index][grain] = Entry(warp.Index, lane);
            _readerMasks[grain] |= 1u << warp.Index;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Write(Warp warp, Instruction instruction, int grain, int lane, AccessKind kind)
    {
        var writer = _writers[grain];
        var isStrong = kind != AccessKind.Write;
        if (writer != 0 && !IsOrdered(writer & ~StrongBit, warp.Index, lane, _clocks[warp.Index]) && !((writer & StrongBit) != 0 && isStrong))
        {
            if (_writerLines[grain] == instruction.Line && WarpOf(writer) == warp.Index)
            {
                Collisions.Add((lane, (int)(writer & 0xFF)));
            }
            else
            {
                ReportRace(warp, instruction, lane, grain, writer, "writes", "wrote", _writerLines[grain]);
            }
        }

        CheckReaders(warp, instruction, grain, warp.Index, lane, _clocks[warp.Index]);
        _readerMasks[grain] = 0;
        _writers[grain] = Entry(warp.Index, lane) | (isStrong ? StrongBit : 0);
        _writerLines[grain] = instruction.Line;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void CheckReaders(Warp warp, Instruction instruction, int grain, int index, int lane, long[] clock)
    {
        for (var readers = _readerMasks[grain]; readers != 0; readers &= readers - 1)
        {
            var reader = _readers[BitOperations.TrailingZeroCount(readers)][grain];
            if (!IsOrdered(reader, index, lane, clock))
            {
                ReportRace(warp, instruction, lane, grain, reader, index == Engine ? "lets the copy engine write" : "writes", "read", 0);
            }
        }
    }

    private ulong Entry(int warp, int lane) => ((ulong)_clocks[warp][warp] << (LaneBits + WarpBits)) | ((ulong)warp << LaneBits) | (uint)lane;

    private static int WarpOf(ulong entry) => (int)((entry >> LaneBits) & 0xFF);

    private static bool IsOrdered(ulong entry, int warp, int lane, long[] clock)
    {
        var other = WarpOf(entry);
        var when = (long)(entry >> (LaneBits + WarpBits));
        return other == warp ? (int)(entry & 0xFF) == lane || when < clock[warp] : clock[other] >= when;
    }

    private void ReportRace(Warp warp, Instruction instruction, int lane, int grain, ulong other, string verb, string otherVerb, int line)
    {
        var index = WarpOf(other & ~StrongBit);
        if (index == Engine)
        {
            warp.Report(instruction, FindingKind.UnwaitedAsync, 1u << lane, () =>
                $"{verb} shared memory at 0x{grain << _shift:x}, which an asynchronous copy (PTX line {line}) fills, without having waited for it: {Place(grain)}");
            return;
        }

        warp.Report(instruction, FindingKind.SharedRace, 1u << lane, () =>
        {
            var thread = _block.Warps[index].Thread((int)(other & 0xFF));
            return $"{verb} shared memory at 0x{grain << _shift:x}, which thread {thread} {otherVerb}{(line > 0 ? $" (PTX line {line})" : "")}, with no barrier between: {Place(grain)}";
        });
    }

    private string Place(int grain) => _block.Launch.Program.DescribeShared((ulong)grain << _shift, _block.SharedBytes);

    private void Release(int index, ulong address)
    {
        var place = (int)(address >> _shift);
        if (!_places.TryGetValue(place, out var clock))
        {
            _places.Add(place, clock = new long[_clocks.Length]);
        }

        Join(clock, _clocks[index]);
        _clocks[index][index]++;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Join(long[] into, long[] from)
    {
        for (var i = 0; i < into.Length; i++)
        {
            into[i] = Math.Max(into[i], from[i]);
        }
    }
}
