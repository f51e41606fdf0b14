using BenchmarkDotNet.Attributes;
using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Bench;

/// <summary>
/// The small operators of a plamo-2-1b layer under BenchmarkDotNet: one token (a decode step) and 512 (a prefill), on one thread, with bytes allocated on the
/// managed heap, which must be zero. What BenchmarkDotNet cannot do, taking turns with a ceiling, the suites of this project do.
/// </summary>
[MemoryDiagnoser]
public class OperatorBenchmarks
{
    private const int Hidden = 2048;
    private const int Inner = 4096;

    private readonly List<IDisposable> _owned = [];
    private Tensor _hidden = null!;
    private Tensor _norm = null!;
    private Tensor _hiddenOutput = null!;
    private Tensor _gateUp = null!;
    private Tensor _gated = null!;
    private Tensor _heads = null!;
    private Tensor _headsOutput = null!;
    private Tensor _inner = null!;
    private Tensor _innerOutput = null!;
    private Tensor _taps = null!;
    private Tensor _logits = null!;
    private long[] _positions = [];
    private SequenceOffsets _offsets = null!;
    private ConvState[] _states = [];

    /// <summary>Tokens of a call.</summary>
    [Params(1, 512)]
    public int Tokens { get; set; }

    /// <summary>Prepares the tensors.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        var device = Own(new CpuDevice(1));
        _hidden = Own(TestTensors.Random(device, 1, Tokens, Hidden));
        _norm = Own(TestTensors.Random(device, 1, Hidden));
        _hiddenOutput = Own(TestTensors.Output(device, Tokens, Hidden));
        _gateUp = Own(TestTensors.Random(device, 1, Tokens, 16384));
        _gated = Own(TestTensors.Output(device, Tokens, 8192));
        _heads = Own(TestTensors.Random(device, 1, Tokens, 16, 128));
        _headsOutput = Own(TestTensors.Output(device, Tokens, 16, 128));
        _inner = Own(TestTensors.Random(device, 1, Tokens, Inner));
        _innerOutput = Own(TestTensors.Output(device, Tokens, Inner));
        _taps = Own(TestTensors.Random(device, 1, Inner, 1, 4));
        _logits = Own(TestTensors.Random(device, 5, 100_000));
        _positions = [.. Enumerable.Range(0, Tokens).Select(static i => (long)i)];
        _offsets = SequenceOffsets.Single(Tokens);
        _states = [Own(new ConvState(device, Inner, 4, DType.Float32))];
    }

    /// <summary>Gives the tensors back.</summary>
    [GlobalCleanup]
    public void Release()
    {
        // Last in, first out: the device goes when its tensors are gone.
        for (var i = _owned.Count - 1; i >= 0; i--)
        {
            _owned[i].Dispose();
        }

        _owned.Clear();
    }

    /// <summary>[T, 2048].</summary>
    [Benchmark]
    public void RmsNormForward() => RmsNorm.Forward(_hidden, _norm, 1, 1e-6, _hiddenOutput);

    /// <summary>[T, 2048].</summary>
    [Benchmark]
    public void AddForward() => Add.Forward(_hidden, _hidden, _hiddenOutput);

    /// <summary>[T, 16384] to [T, 8192].</summary>
    [Benchmark]
    public void SwiGluForward() => SwiGlu.Forward(_gateUp, _gated);

    /// <summary>[T, 16, 128].</summary>
    [Benchmark]
    public void RotaryForward() => RotaryEmbedding.Forward(_heads, _positions, 10000, _headsOutput);

    /// <summary>[T, 4096], four taps, with state.</summary>
    [Benchmark]
    public void ConvolutionForward() => CausalConv1d.Forward(_inner, _taps, _offsets, _states, _innerOutput);

    /// <summary>The greatest of 100 000 logits; once, whatever T.</summary>
    [Benchmark]
    public int ArgMax() => Logits.ArgMax(_logits.AsSpan<float>());

    private T Own<T>(T resource)
        where T : IDisposable
    {
        _owned.Add(resource);
        return resource;
    }
}
