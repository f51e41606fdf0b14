using PlamoNative.Engine;
using PlamoNative.Kernels;
using PlamoNative.Runtime.Models;

namespace PlamoNative.Runtime.Caches;

/// <summary>
/// What a model must remember of one sequence: keys and values of every attention layer, the convolution's and the scan's state of every Mamba layer.
/// A forward pass reads and advances it. Not safe for concurrent use; after a pass that threw no batch takes it until <see cref="Reset"/>.
/// </summary>
public sealed class SequenceState : IDisposable
{
    private readonly KvCache[] _kv;
    private readonly ConvState[] _conv;
    private readonly SsmState[] _ssm;
    private bool _isInPass;

    /// <summary>Creates the state of a sequence that has not begun.</summary>
    /// <param name="configuration">The model's shape.</param>
    /// <param name="device">Where.</param>
    /// <param name="activationType">float32, or float64 for a model in the exact mode.</param>
    public SequenceState(Plamo2Configuration configuration, Device device, DType activationType)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var c = configuration;
        var kinds = c.LayerKinds();
        var mamba = kinds.Count(static kind => kind == LayerKind.Mamba);
        _kv = new KvCache[kinds.Length - mamba];
        _conv = new ConvState[mamba];
        _ssm = new SsmState[mamba];
        var attention = 0;
        foreach (var kind in kinds.Where(static kind => kind != LayerKind.Mamba))
        {
            int? window = kind == LayerKind.WindowAttention ? c.VisibleWindow : null;
            _kv[attention++] = new KvCache(device, c.KeyValueHeads, c.HeadSize, window, activationType);
        }

        for (var i = 0; i < mamba; i++)
        {
            _conv[i] = new ConvState(device, c.InnerSize, c.ConvKernelSize, activationType);
            _ssm[i] = new SsmState(device, c.SsmHeads, c.HeadSize, c.StateSize, activationType);
        }
    }

    private SequenceState(SequenceState source)
    {
        _kv = [.. source._kv.Select(static cache => cache.Clone())];
        _conv = [.. source._conv.Select(static state => state.Clone())];
        _ssm = [.. source._ssm.Select(static state => state.Clone())];
        Position = source.Position;
        _isInPass = source._isInPass;
    }

    /// <summary>Tokens seen: the position of the next one.</summary>
    public long Position { get; private set; }

    /// <summary>Bytes held.</summary>
    public long ByteLength => _kv.Sum(static cache => cache.ByteLength) + _conv.Sum(static state => state.ByteLength) + _ssm.Sum(static state => state.ByteLength);

    internal ReadOnlySpan<KvCache> KvCaches => _kv;

    internal ReadOnlySpan<ConvState> ConvStates => _conv;

    internal ReadOnlySpan<SsmState> SsmStates => _ssm;

    /// <summary>True after a pass that threw: some layers may have taken its tokens and others not.</summary>
    internal bool IsBroken => _isInPass;

    /// <summary>Forgets the sequence and keeps the memory.</summary>
    public void Reset()
    {
        Position = 0;
        _isInPass = false;
        foreach (var cache in _kv)
        {
            cache.Reset();
        }

        foreach (var state in _conv)
        {
            state.Reset();
        }

        foreach (var state in _ssm)
        {
            state.Reset();
        }
    }

    /// <summary>A copy that goes its own way: a fork or a snapshot of the sequence.</summary>
    public SequenceState Clone() => new(this);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var cache in _kv)
        {
            cache.Dispose();
        }

        foreach (var state in _conv)
        {
            state.Dispose();
        }

        foreach (var state in _ssm)
        {
            state.Dispose();
        }
    }

    /// <summary>Notes that a pass has begun to change the state; <see cref="Advance"/> ends it.</summary>
    internal void BeginPass() => _isInPass = true;

    internal void Advance(int tokens)
    {
        Position += tokens;
        _isInPass = false;
    }
}
