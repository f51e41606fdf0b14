using PlamoNative.Engine;

namespace PlamoNative.Autograd;

/// <summary>
/// What the tape knows about one stored tensor: its gradient while the backward pass needs it, and its version. Views of the tensor share the slot, and the
/// gradient of a view is the same view of the gradient: slicing and reshaping need no operation of their own.
/// </summary>
internal sealed class GradientSlot
{
    private readonly List<GradientRegion> _written = [];
    private GradientBuffer? _buffer;
    private Tensor? _gradient;
    private bool _isComplete;
    private nint _origin;

    internal Shape Shape { get; private set; }

    internal DType DType { get; private set; }

    /// <summary>The tape of an intermediate; null for a parameter, which any tape may use.</summary>
    internal Tape? Tape { get; private set; }

    /// <summary>What holds the gradient of a parameter; null for an intermediate.</summary>
    internal Parameter? Leaf { get; private set; }

    /// <summary>The operation that made the tensor, for messages.</summary>
    internal string Producer { get; private set; } = "";

    /// <summary>Counts changes in place.</summary>
    internal int Version { get; private set; }

    /// <summary>Who changed the tensor last.</summary>
    internal string? ModifiedBy { get; private set; }

    /// <summary>Called with the whole gradient, once it is complete; it may be changed in place.</summary>
    internal List<Action<Tensor>>? Hooks { get; set; }

    /// <summary>Whether any gradient has arrived.</summary>
    internal bool HasGradient => Leaf is not null || _gradient is not null;

    internal void Begin(Tape? tape, Tensor value, DType gradientType, string producer, Parameter? leaf)
    {
        (Tape, Leaf, Producer, Shape, DType) = (tape, leaf, producer, value.Shape, gradientType);
        _origin = value.Address;
        (Version, ModifiedBy, Hooks) = (0, null, null);
    }

    internal void MarkModified(string place)
    {
        Version++;
        ModifiedBy = place;
    }

    /// <summary>Elements from the stored tensor's first to a view's first.</summary>
    internal long OffsetOf(Tensor view) => (view.Address - _origin) / view.DType.Bytes(1);

    /// <summary>The whole gradient, dense; null if none arrived. Elements that nobody wrote are 0.</summary>
    internal Tensor? Read()
    {
        if (Leaf is not null)
        {
            return Leaf.Gradient;
        }

        if (_gradient is not null && !_isComplete)
        {
            Complete();
        }

        return _gradient;
    }

    /// <summary>The place of a view's gradient.</summary>
    /// <param name="tape">The tape of the backward pass: the result lives in its scratch scope.</param>
    /// <param name="view">The view.</param>
    /// <param name="accumulate">Whether something is there already, to be added to; else what is there has no meaning.</param>
    internal Tensor Target(Tape tape, in GradientInput view, out bool accumulate)
    {
        accumulate = true;
        if (Leaf is null)
        {
            accumulate = !Prepare(view.Region);
        }

        var gradient = Leaf?.Gradient ?? _gradient!;
        using var alias = tape.Scratch.Alias(gradient);
        return alias.ViewOf(view.Offset, view.Shape, view.Strides);
    }

    /// <summary>Takes another slot's gradient as its own, without a copy, if nothing has arrived yet.</summary>
    internal bool TryAdopt(GradientSlot from, in GradientInput view)
    {
        if (Leaf is not null || _gradient is not null || !view.IsWhole || from._buffer is null || from.Read() is not { } gradient || Tape is null)
        {
            return false;
        }

        _buffer = from._buffer;
        _buffer.Share();
        using var alias = Tape.Scratch.Alias(gradient);
        _gradient = alias.Reshape(Shape);
        _isComplete = true;
        return true;
    }

    /// <summary>Gives the gradient's memory back.</summary>
    internal void Release()
    {
        if (_buffer is not null)
        {
            _gradient!.Dispose();
            _buffer.Release();
            Tape!.Return(_buffer);
        }

        (_buffer, _gradient, _isComplete) = (null, null, false);
        _written.Clear();
    }

    /// <summary>Makes a region ready to be written; true if it holds nothing yet.</summary>
    private bool Prepare(GradientRegion region)
    {
        if (_gradient is null)
        {
            Allocate();
            return Note(region);
        }

        if (_buffer!.IsShared)
        {
            Unshare();
        }

        if (_isComplete || _written.Contains(region))
        {
            return false;
        }

        foreach (var written in _written)
        {
            if (!region.IsApartFrom(written))
            {
                Complete();
                return false;
            }
        }

        return Note(region);
    }

    private bool Note(GradientRegion region)
    {
        if (!region.IsRegular)
        {
            Complete();
            return false;
        }

        _written.Add(region);
        var width = 0L;
        foreach (var written in _written)
        {
            width += written.Width;
        }

        _isComplete = width == region.Stride && region.Rows * region.Stride == Shape.ElementCount;
        return true;
    }

    private void Allocate()
    {
        _gradient = Tape!.Scratch.Allocate(Shape, DType);
        _buffer = Tape.RentBuffer(_gradient);
        _gradient = Tape.Scratch.Alias(_gradient);
    }

    private void Unshare()
    {
        var (shared, gradient) = (_buffer!, _gradient!);
        Allocate();
        _gradient!.CopyFrom(gradient);
        gradient.Dispose();
        shared.Release();
    }

    /// <summary>Zeros wherever nobody has written.</summary>
    private void Complete()
    {
        var (partial, gradient) = (_buffer!, _gradient!);
        Allocate();
        _gradient!.Clear();
        foreach (var region in _written)
        {
            CopyRegion(gradient, _gradient, region);
        }

        gradient.Dispose();
        partial.Release();
        Tape!.Return(partial);
        _isComplete = true;
    }

    private static void CopyRegion(Tensor from, Tensor to, GradientRegion region)
    {
        var (shape, strides) = (new Shape(region.Rows, region.Width), new Shape(region.Stride, 1));
        using var source = from.ViewOf(region.Start, shape, strides);
        using var target = to.ViewOf(region.Start, shape, strides);
        GradientWriter.Store(source, target, accumulate: false);
    }
}
