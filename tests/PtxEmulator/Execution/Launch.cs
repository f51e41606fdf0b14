using System.Diagnostics;
using PlamoNative.PtxEmulator.Checks;
using PlamoNative.PtxEmulator.Lowering;
using PlamoNative.PtxEmulator.Memory;

namespace PlamoNative.PtxEmulator.Execution;

/// <summary>One run of a kernel over a grid.</summary>
internal sealed unsafe class Launch
{
    private const int MaximumBlockThreads = 1024;
    private readonly PinnedBuffer _parameters;
    private readonly FindingLog _findings = new();
    private readonly PtxKernel _kernel;

    internal Launch(Machine machine, PtxKernel kernel, Extent grid, Extent block, int dynamicSharedBytes, ReadOnlySpan<byte> parameters, Extent cluster)
    {
        (Machine, _kernel, GridSize, BlockSize, DynamicSharedBytes, ClusterSize) = (machine, kernel, grid, block, dynamicSharedBytes, cluster);
        Demand(ReferenceEquals(kernel.Module.Machine, machine), "a kernel of this machine", "one of another");
        Demand(grid is { X: > 0, Y: > 0 and <= 65535, Z: > 0 and <= 65535 }, "a grid of 1 to 2^31 - 1, 65535, 65535 blocks", grid.ToString());
        Demand(block is { X: > 0 and <= 1024, Y: > 0 and <= 1024, Z: > 0 and <= 64 } && block.Count <= MaximumBlockThreads, "a block of 1 to 1024 threads", block.ToString());
        Demand(parameters.Length >= kernel.ParameterBytes, $"{kernel.ParameterBytes} bytes of parameters", $"{parameters.Length}");
        Demand(cluster is { X: > 0, Y: > 0, Z: > 0 } && cluster.Count <= 16, "a cluster of 1 to 16 blocks", cluster.ToString());
        Demand(grid.X % cluster.X == 0 && grid.Y % cluster.Y == 0 && grid.Z % cluster.Z == 0, $"a grid of whole clusters {cluster}", grid.ToString());
        var shared = kernel.StaticSharedBytes + (long)dynamicSharedBytes;
        Demand(dynamicSharedBytes >= 0 && shared <= machine.Options.SharedLimit, $"at most {machine.Options.SharedLimit} bytes of shared memory", $"{shared}");
        if (kernel.Syntax.RequiredThreads is { } required)
        {
            Demand((block.X, block.Y, block.Z) == (required[0], required[1], required[2]), $"a block of ({required[0]}, {required[1]}, {required[2]}) threads (.reqntid)", block.ToString());
        }

        if (kernel.Syntax.MaximumThreads is { } maximum)
        {
            Demand(block.Count <= (long)maximum[0] * maximum[1] * maximum[2], $"at most {(long)maximum[0] * maximum[1] * maximum[2]} threads in a block (.maxntid)", block.ToString());
        }

        Entry = kernel.Code.Entry;
        BlockThreads = (int)block.Count;
        SharedBytes = kernel.Code.SharedEnd + dynamicSharedBytes;
        _parameters = new(Math.Max(parameters.Length, 1));
        parameters.CopyTo(_parameters.Span);
        ParameterBytes = parameters.Length;
    }

    internal Machine Machine { get; }

    internal MachineOptions Options => Machine.Options;

    internal PtxKernel Kernel => _kernel;

    internal ProgramCode Program => _kernel.Code;

    internal FunctionCode Entry { get; }

    internal Extent GridSize { get; }

    internal Extent BlockSize { get; }

    internal Extent ClusterSize { get; }

    internal int BlockThreads { get; }

    internal int DynamicSharedBytes { get; }

    /// <summary>Shared bytes with guards, from <see cref="AddressMap.SharedBase"/> on.</summary>
    internal int SharedBytes { get; }

    internal byte* Parameters => _parameters.Pointer;

    internal int ParameterBytes { get; }

    internal Counters Totals { get; } = new();

    /// <summary>A trap, or the end of patience: every block stops at its next turn.</summary>
    internal bool IsStopped { get; private set; }

    internal LaunchResult Run()
    {
        var clock = Stopwatch.StartNew();
        Program.ForgetReports();
        Scheduler.Run(this);
        return new(_findings.ToList(), Totals.ToCounts(), clock.Elapsed);
    }

    /// <summary>The linear index of a block of a cluster that is given by its number.</summary>
    internal long BlockOfCluster(long cluster, int rank)
    {
        var size = ClusterSize;
        long across = GridSize.X / size.X, down = GridSize.Y / size.Y;
        var x = (cluster % across * size.X) + (rank % size.X);
        var y = (cluster / across % down * size.Y) + (rank / size.X % size.Y);
        var z = (cluster / across / down * size.Z) + (rank / size.X / size.Y);
        return x + (GridSize.X * (y + (GridSize.Y * z)));
    }

    internal void Report(Warp warp, Instruction instruction, FindingKind kind, int lane, string message, int occurrences)
    {
        var (x, y, z) = warp.Thread(lane);
        var block = warp.Block.Index;
        var source = instruction.SourceLine > 0 && _kernel.Module.Syntax.Files.TryGetValue(instruction.SourceFile, out var file) ? $"{Path.GetFileName(file)}:{instruction.SourceLine}" : null;
        _findings.Add(new(kind, _kernel.Name, block.X, block.Y, block.Z, x, y, z, instruction.Line, message) { Source = source, Instruction = instruction.Text }, occurrences);
    }

    internal void Stop() => IsStopped = true;

    private static void Demand(bool holds, string expected, string found)
    {
        if (!holds)
        {
            throw new ArgumentException($"expected {expected}, found {found}");
        }
    }
}
