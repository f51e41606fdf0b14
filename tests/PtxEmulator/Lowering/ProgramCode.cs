using PlamoNative.PtxEmulator.Execution;
using PlamoNative.PtxEmulator.Memory;

namespace PlamoNative.PtxEmulator.Lowering;

/// <summary>A kernel with everything that it can call, resolved.</summary>
internal sealed class ProgramCode
{
    internal FunctionCode Entry { get; set; } = null!;

    /// <summary>By function number of the module, for indirect calls.</summary>
    internal Dictionary<int, FunctionCode> ByNumber { get; } = [];

    internal ConstantPool Constants { get; } = new();

    /// <summary>Bytes of static shared variables.</summary>
    internal int StaticSharedBytes { get; set; }

    /// <summary>Where dynamic shared memory begins: behind the static variables and their guards.</summary>
    internal int SharedEnd { get; set; } = (int)AddressMap.SharedBase;

    /// <summary>Pieces of shared memory that belong to a variable; what lies between is nobody's.</summary>
    internal List<(string Name, int Start, int End)> SharedVariables { get; } = [];

    /// <summary>The narrowest access to shared memory: the grain of the race check.</summary>
    internal int SharedGrain { get; set; } = 16;

    /// <summary>True when bytes of shared memory belong to a variable, or to dynamic shared memory.</summary>
    internal bool OwnsShared(uint address, int bytes, int end)
    {
        if (address >= (uint)SharedEnd)
        {
            return address + (ulong)bytes <= (ulong)end;
        }

        var owned = _owned ??= Owned();
        var last = address + (uint)bytes - 1;
        return owned[address] && last < (uint)owned.Length && owned[last];
    }

    /// <summary>Where an address in shared memory lies, in words.</summary>
    internal string DescribeShared(ulong address, int end)
    {
        foreach (var (name, start, stop) in SharedVariables)
        {
            if (address >= (ulong)start && address < (ulong)stop)
            {
                return $"byte {address - (ulong)start} of the {stop - start} bytes of {name}";
            }

            if (address >= (ulong)stop && address < (ulong)stop + AddressMap.GuardBytes)
            {
                return $"{address - (ulong)stop} bytes past the end of the {stop - start} bytes of {name}";
            }
        }

        return end > SharedEnd
            ? address >= (ulong)end
                ? $"{address - (ulong)end} bytes past the end of the {end - SharedEnd} bytes of dynamic shared memory"
                : $"0x{SharedEnd:x} to 0x{end:x} is dynamic shared memory"
            : "the launch gave no dynamic shared memory";
    }

    private bool[]? _owned;

    private bool[] Owned()
    {
        var owned = new bool[SharedEnd];
        foreach (var (_, start, stop) in SharedVariables)
        {
            Array.Fill(owned, true, start, stop - start);
        }

        return owned;
    }

    internal void ForgetReports()
    {
        foreach (var function in ByNumber.Values)
        {
            foreach (var instruction in function.Code)
            {
                instruction.ForgetReports();
            }
        }
    }
}

/// <summary>Rows of 32 equal values for immediate operands.</summary>
internal sealed unsafe class ConstantPool
{
    private const int ChunkBytes = 32 * 1024;
    private readonly List<PinnedBuffer> _chunks = [];
    private readonly Dictionary<(ulong Bits, int Size), nint> _known = [];
    private int _used = ChunkBytes;

    /// <summary>A row of a value of 1, 2, 4, 8 or 16 bytes; size 0 is a predicate, all ones or zero.</summary>
    internal Source Row(ulong bits, int size) => Source.Constant((byte*)Address(bits, size));

    internal nint Address(ulong bits, int size)
    {
        if (!_known.TryGetValue((bits, size), out var address))
        {
            var length = Math.Max(64, Math.Max(1, size) * Warp.Lanes);
            if (_used + length > ChunkBytes)
            {
                _chunks.Add(new(ChunkBytes));
                _used = 0;
            }

            var row = _chunks[^1].Pointer + _used;
            _used += length;
            for (var lane = 0; lane < Warp.Lanes; lane++)
            {
                switch (size)
                {
                    case 0:
                        *(uint*)row = bits != 0 ? uint.MaxValue : 0;
                        break;
                    case 1:
                        row[lane] = (byte)bits;
                        break;
                    case 2:
                        ((ushort*)row)[lane] = (ushort)bits;
                        break;
                    case 4:
                        ((uint*)row)[lane] = (uint)bits;
                        break;
                    default:
                        ((ulong*)row)[lane * size / 8] = bits;
                        break;
                }
            }

            _known.Add((bits, size), address = (nint)row);
        }

        return address;
    }
}
