using PlamoNative.PtxEmulator.Execution;

namespace PlamoNative.PtxEmulator.Lowering;

/// <summary>
/// Which reads of registers may come before any write. Where every way to a read passes a write nothing is done at run time; the other registers get
/// a mask of lanes that wrote them, which the reads in question look at.
/// </summary>
internal sealed class Definitions
{
    private readonly List<Step> _steps = [];
    private readonly HashSet<int> _atEntry = [];
    private readonly Dictionary<int, int> _watched = [];
    private readonly Dictionary<int, string> _names = [];
    private readonly List<(CheckedInstruction Check, List<int> Reads, List<int> Writes)> _checks = [];
    private readonly Dictionary<int, int> _inFlight = [];
    private readonly List<(CheckedInstruction Check, List<int> Registers)> _flightChecks = [];
    private readonly List<(List<int> Registers, Action<int[]> Set)> _flights = [];
    private Step? _open;

    private sealed class Step(int start)
    {
        internal int Start { get; } = start;

        internal int End { get; set; }

        internal bool IsGuarded { get; set; }

        /// <summary>An asynchronous product, which may use registers of others under way.</summary>
        internal bool IsProduct { get; set; }

        internal List<int> Uses { get; } = [];

        internal List<int> Defines { get; } = [];
    }

    internal void DefineAtEntry(int register) => _atEntry.Add(register);

    internal void Begin(int start) => _open = new(start);

    internal void Use(RegisterSymbol register)
    {
        _open?.Uses.Add(register.Number);
        _names[register.Number] = register.Name;
    }

    internal void Define(RegisterSymbol register) => _open?.Defines.Add(register.Number);

    /// <summary>Registers that the current instruction, an asynchronous product, uses until it is waited for; it learns where their counts lie.</summary>
    internal void InFlight(IEnumerable<RegisterSymbol> registers, Action<int[]> set)
    {
        var numbers = registers.Select(register => register.Number).Distinct().ToList();
        foreach (var register in registers)
        {
            _inFlight.TryAdd(register.Number, _inFlight.Count);
            _names[register.Number] = register.Name;
        }

        _flights.Add((numbers, set));
        if (_open is { } step)
        {
            step.IsProduct = true;
        }
    }

    /// <summary>A destination that keeps old lanes or bits counts as a read only where the instruction says so.</summary>
    internal void End(int end, bool isGuarded)
    {
        if (_open is { } step && end > step.Start)
        {
            (step.End, step.IsGuarded) = (end, isGuarded);
            _steps.Add(step);
        }

        _open = null;
    }

    /// <summary>Wraps the instructions whose reads or writes matter.</summary>
    internal void Guard(List<Instruction> code, FunctionCode function, bool isOn)
    {
        if (!isOn || _steps.Count == 0)
        {
            _flights.Clear();
            return;
        }

        // The blocks are seen before wrappers hide the branches.
        var doubtful = Doubtful(code, function);
        GuardFlights(code);
        if (doubtful.Count == 0)
        {
            return;
        }

        var watched = doubtful.SelectMany(pair => pair.Value).ToHashSet();
        for (var i = 0; i < _steps.Count; i++)
        {
            var step = _steps[i];
            var writes = step.Defines.Where(watched.Contains).Distinct().ToList();
            var reads = doubtful.TryGetValue(i, out var found) ? found : [];
            if (reads.Count > 0)
            {
                Wrap(code, step.Start, reads, []);
            }

            if (writes.Count > 0)
            {
                Wrap(code, step.End - 1, [], writes);
            }
        }

        foreach (var register in watched)
        {
            _watched[register] = _watched.Count;
        }
    }

    /// <summary>Whoever else touches registers of a product under way is looked at.</summary>
    private void GuardFlights(List<Instruction> code)
    {
        foreach (var step in _steps)
        {
            var touched = step.IsProduct || _inFlight.Count == 0 ? [] : step.Uses.Concat(step.Defines).Where(_inFlight.ContainsKey).Distinct().ToList();
            if (touched.Count > 0)
            {
                var check = new CheckedInstruction(code[step.Start]);
                code[step.Start] = check;
                _flightChecks.Add((check, touched));
            }
        }
    }

    /// <summary>Bytes of the masks, which lie behind the registers; tells the wrappers where.</summary>
    internal int Allocate(int registerBytes)
    {
        var start = (registerBytes + 3) / 4 * 4;
        foreach (var (check, reads, writes) in _checks)
        {
            check.Reads = [.. reads.Select(register => (start + (4 * _watched[register]), _names.GetValueOrDefault(register, "?")))];
            check.Writes = [.. writes.Select(register => start + (4 * _watched[register]))];
        }

        var counts = start + (4 * _watched.Count);
        foreach (var (check, registers) in _flightChecks)
        {
            check.Flights = [.. registers.Select(register => (counts + (4 * _inFlight[register]), _names.GetValueOrDefault(register, "?")))];
        }

        foreach (var (registers, set) in _flights)
        {
            set([.. registers.Select(register => counts + (4 * _inFlight[register]))]);
        }

        var end = counts + (4 * _inFlight.Count);
        return end == start ? 0 : end - registerBytes;
    }

    private void Wrap(List<Instruction> code, int index, List<int> reads, List<int> writes)
    {
        var check = new CheckedInstruction(code[index]);
        code[index] = check;
        _checks.Add((check, reads, writes));
    }

    private Dictionary<int, List<int>> Doubtful(List<Instruction> code, FunctionCode function)
    {
        var blocks = ControlFlow.Blocks(code, function, out var blockOf);
        var count = _steps.SelectMany(step => step.Uses.Concat(step.Defines)).Append(0).Max() + 1;
        var words = (count + 63) / 64;
        var entering = new ulong[blocks.Count][];
        for (var b = 0; b < blocks.Count; b++)
        {
            entering[b] = new ulong[words];
            Array.Fill(entering[b], ulong.MaxValue);
        }

        Array.Clear(entering[0]);
        foreach (var register in _atEntry)
        {
            if (register < count)
            {
                entering[0][register / 64] |= 1UL << register;
            }
        }

        var ofBlock = new List<int>[blocks.Count];
        for (var i = 0; i < _steps.Count; i++)
        {
            (ofBlock[blockOf[_steps[i].Start]] ??= []).Add(i);
        }

        var pending = new Queue<int>(Enumerable.Range(0, blocks.Count));
        var state = new ulong[words];
        while (pending.TryDequeue(out var block))
        {
            entering[block].CopyTo(state, 0);
            foreach (var i in ofBlock[block] ?? [])
            {
                Apply(_steps[i], state);
            }

            foreach (var next in blocks[block].Successors)
            {
                var changed = false;
                for (var w = 0; w < words; w++)
                {
                    var met = entering[next][w] & state[w];
                    changed |= met != entering[next][w];
                    entering[next][w] = met;
                }

                if (changed)
                {
                    pending.Enqueue(next);
                }
            }
        }

        var doubtful = new Dictionary<int, List<int>>();
        for (var b = 0; b < blocks.Count; b++)
        {
            entering[b].CopyTo(state, 0);
            foreach (var i in ofBlock[b] ?? [])
            {
                var reads = _steps[i].Uses.Where(register => (state[register / 64] & (1UL << register)) == 0).Distinct().ToList();
                if (reads.Count > 0)
                {
                    doubtful.Add(i, reads);
                }

                Apply(_steps[i], state);
            }
        }

        return doubtful;
    }

    private static void Apply(Step step, ulong[] state)
    {
        if (!step.IsGuarded)
        {
            step.Defines.ForEach(register => state[register / 64] |= 1UL << register);
        }
    }
}

/// <summary>An instruction some of whose registers are watched.</summary>
internal sealed unsafe class CheckedInstruction : Instruction
{
    private readonly Instruction _inner;

    internal CheckedInstruction(Instruction inner)
    {
        _inner = inner;
        (Guard, GuardFlip, Line, SourceFile, SourceLine, Text, IsCounted) =
            (inner.Guard, inner.GuardFlip, inner.Line, inner.SourceFile, inner.SourceLine, inner.Text, inner.IsCounted);
    }

    internal (int Offset, string Name)[] Reads { get; set; } = [];

    internal int[] Writes { get; set; } = [];

    /// <summary>Registers that asynchronous products may be using: offsets of their counts.</summary>
    internal (int Offset, string Name)[] Flights { get; set; } = [];

    internal override bool IsControl => _inner.IsControl;

    internal Instruction Inner => _inner is CheckedInstruction check ? check.Inner : _inner;

    internal override void Execute(Warp warp, uint mask)
    {
        Look(warp, mask);
        _inner.Execute(warp, mask);
        Mark(warp, mask);
    }

    internal override bool Transfer(Warp warp, Split split, uint mask)
    {
        Look(warp, Guard >= 0 ? split.Mask : mask);
        var goesOn = _inner.Transfer(warp, split, mask);
        Mark(warp, mask);
        return goesOn;
    }

    private void Look(Warp warp, uint mask)
    {
        foreach (var (offset, name) in Flights)
        {
            if (*(int*)(warp.Registers + offset) > 0 && mask != 0)
            {
                warp.Report(this, FindingKind.UnwaitedAsync, mask, () => $"register {name} is touched while a wgmma that uses it was not waited for");
            }
        }

        foreach (var (offset, name) in Reads)
        {
            var missing = mask & ~*(uint*)(warp.Registers + offset);
            if (missing != 0)
            {
                warp.Report(this, FindingKind.UninitializedRegister, missing, () => $"register {name} is read before anything wrote it (lanes 0x{missing:x8})");
                *(uint*)(warp.Registers + offset) |= missing;
            }
        }
    }

    private void Mark(Warp warp, uint mask)
    {
        foreach (var offset in Writes)
        {
            *(uint*)(warp.Registers + offset) |= mask;
        }
    }
}
