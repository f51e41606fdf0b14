using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Autograd;

/// <summary>
/// Remembers operations in order and differentiates them in reverse. Intermediate tensors live in the tape's scope; what the backward pass needs is kept
/// until it has passed. One step: run operations, <see cref="Backward(Tensor, Tensor)"/>, <see cref="Reset"/>.
/// </summary>
/// <remarks>Not thread-safe. At steady state (steps of the same shapes) nothing is allocated, neither tensor memory nor objects.</remarks>
public sealed class Tape : IDisposable
{
    private readonly List<Node> _nodes = [];
    private readonly Dictionary<Type, Stack<Node>> _idle = [];
    private readonly List<GradientSlot> _slots = [];
    private readonly Stack<GradientBuffer> _buffers = new();
    private int _slotsInUse;
    private int _suspended;

    /// <summary>An empty tape.</summary>
    /// <param name="device">Where its tensors are.</param>
    public Tape(Device device)
    {
        Values = new TensorScope(device);
        Scratch = new TensorScope(device);
    }

    /// <summary>Where the tape's tensors are.</summary>
    public Device Device => Values.Device;

    /// <summary>Owns the outputs of operations.</summary>
    public TensorScope Values { get; }

    /// <summary>Owns gradients, saved views and temporaries of the backward pass.</summary>
    public TensorScope Scratch { get; }

    /// <summary>Operations on the tape.</summary>
    public int Count => _nodes.Count;

    /// <summary>Whether operations are recorded now.</summary>
    public bool IsRecording => _suspended == 0;

    /// <summary>Stops at the operation whose backward pass first gives a gradient that is not a number or infinite. Slow: for searching.</summary>
    public bool DetectAnomalies { get; set; }

    /// <summary>Operations are not recorded until the result is disposed.</summary>
    public NoGradientScope NoGradient() => new(this);

    /// <summary>Takes an operation for the tape; fill it, then <see cref="Record"/> it.</summary>
    /// <typeparam name="TNode">The operation.</typeparam>
    public TNode Rent<TNode>()
        where TNode : Node, new()
    {
        var node = _idle.TryGetValue(typeof(TNode), out var stack) && stack.TryPop(out var idle) ? (TNode)idle : new TNode();
        node.Begin(this, _nodes.Count);
        return node;
    }

    /// <summary>Puts a filled operation at the end of the tape.</summary>
    /// <param name="node">From <see cref="Rent"/>, recorded before any other.</param>
    /// <param name="output">Its result, dense.</param>
    public void Record(Node node, Tensor output)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(output);
        if (!output.IsContiguous)
        {
            throw new ArgumentException($"the output of {node.Name} must be dense, not {output.Shape} with strides {output.Strides}", nameof(output));
        }

        if (_slotsInUse == _slots.Count)
        {
            _slots.Add(new GradientSlot());
        }

        var slot = _slots[_slotsInUse++];
        slot.Begin(this, output, output.DType, node.Place, null);
        output.Trace = slot;
        node.Produce(slot);
        _nodes.Add(node);
    }

    /// <summary>Whether a tensor's gradient would be recorded: it depends on a parameter, and the tape records.</summary>
    public bool Needs(Tensor tensor) => IsRecording && SlotOf(tensor) is not null;

    /// <summary>Differentiates everything that a tensor depends on; parameters' gradients are added to.</summary>
    /// <param name="output">The result of a recorded operation.</param>
    /// <param name="gradient">The gradient of the final quantity with respect to it, of its shape and type; copied.</param>
    /// <exception cref="InvalidOperationException">The tensor is not from this tape, or a tensor was changed in place that the pass needs.</exception>
    public void Backward(Tensor output, Tensor gradient)
    {
        Seed(output, gradient);
        RunBackward(0);
    }

    /// <summary>Differentiates a scalar.</summary>
    /// <param name="loss">One element, the result of a recorded operation.</param>
    public void Backward(Tensor loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        if (loss.ElementCount != 1)
        {
            Throw.ShapeMismatch(nameof(Backward), nameof(loss), "one element; give a gradient for anything larger", loss.Shape.ToString());
        }

        using var one = Scratch.Allocate(loss.Shape, loss.DType);
        Pointwise.Fill(one, 1);
        Backward(loss, one);
    }

    /// <summary>Adds to the gradient of a recorded result without running the backward pass: several seeds, then one <see cref="Backward()"/>.</summary>
    /// <param name="output">The result of a recorded operation.</param>
    /// <param name="gradient">Of its shape and type; copied.</param>
    public void Seed(Tensor output, Tensor gradient)
    {
        using var target = SeedTarget(output, out var accumulate);
        GradientWriter.Store(gradient, target, accumulate);
    }

    /// <summary>The place of a recorded result's gradient, for a kernel that seeds the backward pass in place.</summary>
    /// <param name="output">The result of a recorded operation.</param>
    /// <param name="accumulate">Whether to add; else what is there has no meaning.</param>
    public Tensor SeedTarget(Tensor output, out bool accumulate)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (SlotOf(output) is not { } slot)
        {
            throw new InvalidOperationException("this tensor depends on no parameter that the tape has seen: nothing can be differentiated");
        }

        return slot.Target(this, new GradientInput(slot, output), out accumulate);
    }

    /// <summary>Differentiates from everything that was seeded.</summary>
    public void Backward() => RunBackward(0);

    /// <summary>Forgets all operations; their tensors go back to the device.</summary>
    public void Reset()
    {
        for (var i = _nodes.Count - 1; i >= 0; i--)
        {
            Retire(_nodes[i]);
        }

        _nodes.Clear();
        for (var i = 0; i < _slotsInUse; i++)
        {
            _slots[i].Release();
        }

        _slotsInUse = 0;
        Scratch.Reset();
        Values.Reset();
    }

    /// <inheritdoc/>
    public void Dispose() => Reset();

    internal void Suspend() => _suspended++;

    internal void Resume() => _suspended--;

    /// <summary>What the tape knows about a tensor; null for a constant.</summary>
    internal GradientSlot? SlotOf(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        var slot = (GradientSlot?)tensor.Trace;
        if (slot?.Tape is { } tape && tape != this)
        {
            throw new InvalidOperationException($"the output of {slot.Producer} belongs to another tape; detach it first");
        }

        return slot;
    }

    internal GradientBuffer RentBuffer(Tensor values)
    {
        if (!_buffers.TryPop(out var buffer))
        {
            buffer = new GradientBuffer();
        }

        buffer.Begin(values);
        return buffer;
    }

    internal void Return(GradientBuffer buffer)
    {
        if (buffer.Values is null)
        {
            _buffers.Push(buffer);
        }
    }

    /// <summary>Runs the backward passes of the operations from the last down to one, and takes them off the tape.</summary>
    internal void RunBackward(int first)
    {
        while (_nodes.Count > first)
        {
            var node = _nodes[^1];
            _nodes.RemoveAt(_nodes.Count - 1);
            if (node.HasOutputGradient)
            {
                var slot = node.OutputSlot;
                if (slot.Hooks is { } hooks)
                {
                    foreach (var hook in hooks)
                    {
                        hook(slot.Read()!);
                    }
                }

                using (Profiler.Range(node.Name, "backward"))
                {
                    node.Backward();
                }

                if (DetectAnomalies)
                {
                    Anomalies.Check(node);
                }
            }

            Retire(node);
        }
    }

    private void Retire(Node node)
    {
        node.End();
        if (!_idle.TryGetValue(node.GetType(), out var stack))
        {
            _idle.Add(node.GetType(), stack = new Stack<Node>());
        }

        stack.Push(node);
    }
}
