using System.Numerics;
using PlamoNative.PtxEmulator.Lowering;
using PlamoNative.PtxEmulator.Memory;

namespace PlamoNative.PtxEmulator.Execution;

/// <summary>Thirty-two lanes. This part holds what they own; splits and scheduling are in <c>Warp.Splits.cs</c>.</summary>
internal sealed unsafe partial class Warp
{
    internal const int Lanes = 32;
    private const int ScratchBytes = 8 * 1024;
    private readonly PinnedBuffer _scratch = new(ScratchBytes);
    private readonly Dictionary<FunctionCode, Stack<Frame>> _frames = [];
    private Frame? _entry;

    internal Warp(Block block, int index)
    {
        (Block, Index) = (block, index);
        Local = new(block.Launch.Options.LocalBytesPerThread);
        Addresses = (ulong*)_scratch.Pointer;
        Pointers = (byte**)(_scratch.Pointer + 512);
        Scratch = _scratch.Pointer + 1024;
    }

    internal Block Block { get; }

    internal Launch Launch => Block.Launch;

    internal int Index { get; }

    /// <summary>Registers of the frame that runs.</summary>
    internal byte* Registers;

    /// <summary>The frame that runs.</summary>
    internal Frame Frame = null!;

    /// <summary>Lanes that exist and have not exited.</summary>
    internal uint Live { get; private set; }

    /// <summary>Lanes that exist: fewer than 32 in the last warp of an odd block.</summary>
    internal uint Present { get; private set; }

    internal LocalMemory Local { get; }

    internal ulong* Addresses { get; }

    internal byte** Pointers { get; }

    /// <summary>7 KB for instructions that need room; nothing survives an instruction.</summary>
    internal byte* Scratch { get; }

    internal long ThreadInstructions;
    internal long WarpInstructions;

    internal void Start(FunctionCode entry, uint lanes)
    {
        Present = Live = lanes;
        Local.Reset();
        _splits.Clear();
        ThreadInstructions = WarpInstructions = 0;
        if (_entry is { } used)
        {
            ReturnFrame(used);
        }

        var frame = _entry = TakeFrame(entry);
        frame.Enter(null, 0, lanes, AddressMap.LocalBase);
        _splits.Add(new(lanes, frame, 0, null));
        _next = 0;
        StartAsync();
    }

    internal Frame TakeFrame(FunctionCode function) =>
        _frames.TryGetValue(function, out var free) && free.Count > 0 ? free.Pop() : new(function);

    internal void ReturnFrame(Frame frame)
    {
        if (!_frames.TryGetValue(frame.Function, out var free))
        {
            _frames.Add(frame.Function, free = new());
        }

        free.Push(frame);
    }

    /// <summary>The index of a lane's thread in the block, along each axis.</summary>
    internal (int X, int Y, int Z) Thread(int lane)
    {
        var linear = (Index * Lanes) + lane;
        var size = Launch.BlockSize;
        return (linear % size.X, linear / size.X % size.Y, linear / size.X / size.Y);
    }

    /// <summary>Reports a fault of the lanes of a mask; the first lane is named. The message is made only when it is the first here.</summary>
    internal void Report(Instruction instruction, FindingKind kind, uint lanes, Func<string> message)
    {
        var lane = lanes == 0 ? 0 : BitOperations.TrailingZeroCount(lanes);
        var text = instruction.IsFirst(kind) ? message() : "";
        Launch.Report(this, instruction, kind, lane, text, Math.Max(1, BitOperations.PopCount(lanes)));
    }
}
