using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Autograd;

/// <summary>An input of an operation whose gradient the backward pass may have to give: a view of a stored tensor.</summary>
public readonly struct GradientInput
{
    private readonly GradientSlot? _slot;

    internal GradientInput(GradientSlot slot, Tensor view)
    {
        _slot = slot;
        Shape = view.Shape;
        Strides = view.Strides;
        Offset = slot.OffsetOf(view);
        Region = GradientRegion.Of(Offset, view.Shape, view.Strides, slot.Shape.ElementCount);
        IsWhole = Offset == 0 && view.IsContiguous && view.ElementCount == slot.Shape.ElementCount;
    }

    /// <summary>Whether a gradient is wanted; a constant's is not.</summary>
    public bool IsNeeded => _slot is not null;

    /// <summary>The view's shape.</summary>
    public Shape Shape { get; }

    internal Shape Strides { get; }

    internal long Offset { get; }

    internal GradientRegion Region { get; }

    internal bool IsWhole { get; }

    internal GradientSlot Slot => _slot ?? throw new InvalidOperationException("no gradient is wanted of this input: ask IsNeeded first");

    /// <summary>The place of the gradient, of the input's shape, for a kernel that can both overwrite and add.</summary>
    /// <param name="tape">The tape of the backward pass.</param>
    /// <param name="accumulate">Whether to add; else what is there has no meaning.</param>
    public Tensor Target(Tape tape, out bool accumulate)
    {
        ArgumentNullException.ThrowIfNull(tape);
        return Slot.Target(tape, this, out accumulate);
    }

    /// <summary>The place of the gradient, for a kernel that only overwrites: the place itself, or a tensor whose elements are added to it at the end.</summary>
    /// <param name="tape">The tape of the backward pass.</param>
    public GradientWriter Overwrite(Tape tape)
    {
        var target = Target(tape, out var accumulate);
        return accumulate ? new GradientWriter(target, tape.Scratch.Allocate(Shape, Slot.DType)) : new GradientWriter(target, null);
    }

    /// <summary>The place of the gradient, for a kernel that only adds: zeros are there if nothing was.</summary>
    /// <param name="tape">The tape of the backward pass.</param>
    public Tensor Accumulator(Tape tape)
    {
        var target = Target(tape, out var accumulate);
        if (!accumulate)
        {
            if (!target.IsContiguous)
            {
                throw new InvalidOperationException($"a kernel that adds to a gradient needs it dense, not {target.Shape} with strides {target.Strides}");
            }

            target.Clear();
        }

        return target;
    }

    /// <summary>Adds a gradient that is there already.</summary>
    /// <param name="tape">The tape of the backward pass.</param>
    /// <param name="gradient">Of the input's shape.</param>
    public void Add(Tape tape, Tensor gradient)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        using var target = Target(tape, out var accumulate);
        GradientWriter.Store(gradient, target, accumulate);
    }

    /// <summary>Passes on the gradient of an output of the same elements, without a copy where nothing else has arrived.</summary>
    /// <param name="node">The operation whose output's gradient it is.</param>
    public void PassOn(Node node)
    {
        ArgumentNullException.ThrowIfNull(node);
        if (!Slot.TryAdopt(node.OutputSlot, this))
        {
            using var gradient = node.OutputGradient.Reshape(Shape);
            Add(node.Tape, gradient);
        }
    }
}
