using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Bench;

/// <summary>
/// The selective scan of plamo-2-1b: 32 heads of 128, states of 64. Prefill counts the operations of the chunked form at the chunk that it runs with, decode the
/// bytes of the states, read and written.
/// </summary>
internal sealed class ScanSuite : IBenchSuite
{
    private const int Heads = 32;
    private const int HeadSize = 128;
    private const int StateSize = 64;
    private const int ChunkSize = 256;

    /// <summary>What the processor's form makes of any larger chunk.</summary>
    private static readonly int ChunkUsed = SelectiveScanSchedule.Chunk(256);

    /// <inheritdoc/>
    public string Name => "scan";

    /// <inheritdoc/>
    public void Run(BenchContext context)
    {
        foreach (var threads in context.Options.Threads)
        {
            if (context.Wants("scan-prefill"))
            {
                const int Tokens = 512;
                using var operands = new Operands(context.Device(threads), Tokens, SequenceOffsets.Single(Tokens), withStates: false);
                var flops = (2.0 * Tokens * ChunkUsed * (StateSize + (Heads * HeadSize))) + (4.0 * Tokens * Heads * HeadSize * StateSize);
                context.Measure(new BenchCase
                {
                    Name = "scan-prefill",
                    Shape = $"{Tokens} tokens, {Heads} heads of {HeadSize}, states of {StateSize}, chunks of {ChunkUsed}",
                    DType = "f32",
                    Threads = threads,
                    Unit = "GFLOP/s",
                    Candidate = Contender.Flops("ours", flops, operands.Run),
                    Limit = context.Peak.ForThreads(threads),
                });
            }

            if (context.Wants("scan-decode"))
            {
                const int Sequences = 96;
                using var operands = new Operands(context.Device(threads), Sequences, SequenceOffsets.OneTokenEach(Sequences), withStates: true);
                context.Measure(new BenchCase
                {
                    Name = "scan-decode",
                    Shape = $"{Sequences} sequences, {Heads} heads of {HeadSize}, states of {StateSize}",
                    DType = "f32",
                    Threads = threads,
                    Unit = "GB/s",
                    Candidate = Contender.Bytes("ours", 2.0 * 4 * Sequences * Heads * HeadSize * StateSize, operands.Run),
                    Limit = context.Bandwidth.ForThreads(threads),
                    Note = "half of the bytes are written",
                });
            }
        }
    }

    private sealed class Operands : IDisposable
    {
        private readonly List<Tensor> _tensors = [];
        private readonly SsmState[] _states;
        private readonly SequenceOffsets _offsets;

        public Operands(CpuDevice device, int tokens, SequenceOffsets offsets, bool withStates)
        {
            _offsets = offsets;
            foreach (var tensor in new[]
            {
                TestTensors.Random(device, 1, tokens, Heads, HeadSize), TestTensors.Random(device, 1, tokens, Heads, HeadSize), TestTensors.Random(device, 1, tokens, Heads),
                TestTensors.Random(device, 1, Heads), TestTensors.Random(device, 1, Heads), TestTensors.Random(device, 1, tokens, StateSize),
                TestTensors.Random(device, 1, tokens, StateSize), TestTensors.Random(device, 1, Heads), TestTensors.Output(device, tokens, Heads, HeadSize),
            })
            {
                _tensors.Add(tensor);
            }

            _states = withStates ? [.. Enumerable.Range(0, offsets.Count).Select(_ => new SsmState(device, Heads, HeadSize, StateSize, DType.Float32))] : [];
        }

        public void Run()
        {
            var t = _tensors;
            SelectiveScan.Forward(t[0], t[1], t[2], t[3], t[4], t[5], t[6], t[7], _offsets, ChunkSize, _states, t[8]);
        }

        public void Dispose()
        {
            _tensors.ForEach(static tensor => tensor.Dispose());
            foreach (var state in _states)
            {
                state.Dispose();
            }
        }
    }
}
