using System.Numerics;
using System.Runtime.CompilerServices;

namespace PlamoNative.PtxEmulator.Execution;

/// <summary>How lanes part, meet, and take turns.</summary>
internal sealed partial class Warp
{
    private const long SpinSteps = 100_000;
    private readonly List<Split> _splits = [];
    private readonly List<Convergence> _waiting = [];
    private int _next;

    internal bool IsDone => Live == 0;

    internal IReadOnlyList<Split> Splits => _splits;

    /// <summary>Runs ready splits in turn for about so many instructions; false when none was ready.</summary>
    internal bool Run(int budget)
    {
        var ran = false;
        while (budget > 0)
        {
            var split = NextReady();
            if (split is null)
            {
                return ran;
            }

            ran = true;
            var slice = Math.Min(budget, _splits.Count == 1 && _waiting.Count == 0 ? budget : 256);
            budget -= Math.Max(1, Run(split, slice));
            if (_waiting.Count > 0 && split.State == SplitState.Ready && split.Steps > SpinSteps)
            {
                // Perhaps it spins on what a lane that waits for it would do: let those go on alone.
                split.Steps = 0;
                ReleaseConvergences();
            }
        }

        return ran;
    }

    private Split? NextReady()
    {
        for (var i = 0; i < _splits.Count; i++)
        {
            var index = (_next + i) % _splits.Count;
            if (_splits[index].State == SplitState.Ready)
            {
                _next = index + 1;
                return _splits[index];
            }
        }

        return null;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private unsafe int Run(Split split, int budget)
    {
        Frame = split.Frame;
        Registers = Frame.Registers;
        var code = Frame.Function.Code;
        var pc = split.Pc;
        var active = split.Mask;
        var count = BitOperations.PopCount(active);
        long threads = 0, steps = 0;
        while (steps < budget)
        {
            var instruction = code[pc];
            var mask = active;
            if (instruction.Guard >= 0)
            {
                mask &= *(uint*)(Registers + instruction.Guard) ^ instruction.GuardFlip;
            }

            steps++;
            if (!instruction.IsControl)
            {
                if (mask != 0)
                {
                    instruction.Execute(this, mask);
                }

                threads += instruction.IsCounted ? count : 0;
                pc++;
                continue;
            }

            threads += instruction.IsCounted ? count : 0;
            split.Pc = pc;
            if (!instruction.Transfer(this, split, mask))
            {
                break;
            }

            if (!ReferenceEquals(Frame, split.Frame))
            {
                Frame = split.Frame;
                Registers = Frame.Registers;
                code = Frame.Function.Code;
            }

            pc = split.Pc;
            if (active != split.Mask)
            {
                active = split.Mask;
                count = BitOperations.PopCount(active);
            }
        }

        if (split.State == SplitState.Ready && steps >= budget)
        {
            split.Pc = pc;
        }

        split.Steps = split.State == SplitState.Ready ? split.Steps + steps : 0;
        ThreadInstructions += threads;
        WarpInstructions += steps;
        return (int)steps;
    }

    /// <summary>Parts a split: the lanes of <paramref name="taken"/> go to <paramref name="target"/>, the rest to the next instruction.</summary>
    internal void Part(Split split, uint taken, int target, int meetingPc)
    {
        var top = split.Top;
        if (meetingPc >= 0 && (top is null || top.Pc != meetingPc || !ReferenceEquals(top.Frame, split.Frame)))
        {
            top = new(split.Frame, meetingPc, split.Mask, split.Top);
        }

        _splits.Add(new(taken, split.Frame, target, top));
        split.Mask &= ~taken;
        split.Top = top;
        split.Pc++;
    }

    /// <summary>A split at a meeting place: true when it may go on (perhaps with more lanes), false when it waits inside.</summary>
    internal bool Meet(Split split, int pc)
    {
        while (split.Top is { } top && top.Pc == pc && ReferenceEquals(top.Frame, split.Frame))
        {
            top.Arrived |= split.Mask;
            if (top.Arrived != top.Expected)
            {
                if (!_waiting.Contains(top))
                {
                    _waiting.Add(top);
                }

                Remove(split);
                return false;
            }

            _waiting.Remove(top);
            split.Mask = top.Arrived;
            split.Top = top.Outer;
        }

        for (var i = 0; i < _splits.Count; i++)
        {
            // Lanes that parted with no meeting place may still come by the same way.
            var other = _splits[i];
            if (other != split && other.State == SplitState.Ready && other.Pc == pc && ReferenceEquals(other.Frame, split.Frame) && other.Top == split.Top)
            {
                split.Mask |= other.Mask;
                Remove(other);
                i--;
            }
        }

        return true;
    }

    /// <summary>Ends lanes of a split for good.</summary>
    internal void Exit(Split split, uint lanes)
    {
        FinishAsync(lanes);
        Live &= ~lanes;
        for (var frame = split.Frame; frame is not null; frame = frame.Parent)
        {
            frame.Live &= ~lanes;
        }

        split.Mask &= ~lanes;
        var top = split.Top;
        if (split.Mask == 0)
        {
            Remove(split);
        }

        for (; top is not null; top = top.Outer)
        {
            top.Expected &= ~lanes;
            Complete(top);
        }

        Block.OnExit();
    }

    private void Complete(Convergence top)
    {
        if (top.Arrived == top.Expected && top.Arrived != 0 && _waiting.Remove(top))
        {
            _splits.Add(new(top.Arrived, top.Frame, top.Pc, top.Outer));
        }
    }

    /// <summary>Lets lanes that wait at meeting places go on without the others.</summary>
    internal bool ReleaseConvergences()
    {
        if (_waiting.Count == 0)
        {
            return false;
        }

        foreach (var top in _waiting)
        {
            var lanes = top.Arrived;
            top.Expected &= ~lanes;
            top.Arrived = 0;
            var split = new Split(lanes, top.Frame, top.Pc, top.Outer);
            _splits.Add(split);
        }

        _waiting.Clear();
        return true;
    }

    internal void Remove(Split split)
    {
        split.State = SplitState.Done;
        var index = _splits.IndexOf(split);
        if (index >= 0)
        {
            _splits.RemoveAt(index);
            _next = _next > index ? _next - 1 : _next;
        }
    }

    /// <summary>
    /// Gathers the lanes that an instruction for several lanes needs. True: run now for <paramref name="together"/>, the lanes of this split and of
    /// those that waited here, which go on as well. False: this split waits for the others.
    /// </summary>
    internal bool Gather(Split split, uint executing, uint needed, out uint together)
    {
        needed &= Live;
        together = executing;
        if ((needed & ~executing) == 0 || split.IsForced)
        {
            split.IsForced = false;
            return true;
        }

        foreach (var other in _splits)
        {
            if (other != split && other.State == SplitState.AtWarpSync && other.Pc == split.Pc && ReferenceEquals(other.Frame, split.Frame))
            {
                together |= other.WaitingMask;
            }
        }

        if ((needed & ~together) != 0)
        {
            split.State = SplitState.AtWarpSync;
            split.WaitingMask = executing;
            return false;
        }

        foreach (var other in _splits)
        {
            if (other != split && other.State == SplitState.AtWarpSync && other.Pc == split.Pc && ReferenceEquals(other.Frame, split.Frame))
            {
                other.State = SplitState.Ready;
                other.Pc++;
            }
        }

        return true;
    }

    /// <summary>Nothing else in the block can run: the first split that waits for lanes of its warp goes on without them.</summary>
    internal Split? ForceGather()
    {
        foreach (var split in _splits)
        {
            if (split.State == SplitState.AtWarpSync)
            {
                split.State = SplitState.Ready;
                split.IsForced = true;
                return split;
            }
        }

        return null;
    }
}
