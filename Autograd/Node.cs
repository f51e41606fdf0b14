using PlamoNative.Engine;

namespace PlamoNative.Autograd;

/// <summary>
/// One recorded operation: what its backward pass needs, and how it works. Nodes are rented from the tape and used again, so that a step at steady state
/// makes no objects; whoever writes an operation derives from this class (docs/adding-an-operator.md).
/// </summary>
public abstract class Node
{
    private readonly List<SavedTensor> _saved = [];
    private Tape? _tape;
    private GradientSlot? _output;

    /// <summary>The operation, in the words of its documentation.</summary>
    public abstract string Name { get; }

    /// <summary>The operation and its number on the tape, for messages.</summary>
    public string Place => FormattableString.Invariant($"{Name} (operation {Number} on the tape)");

    /// <summary>Which operation of the tape this is, from 0.</summary>
    public int Number { get; private set; }

    /// <summary>The tape that the node is recorded on.</summary>
    protected internal Tape Tape => _tape ?? throw new InvalidOperationException($"{Name} is not on a tape");

    /// <summary>The gradient of the output, dense; it is complete.</summary>
    public Tensor OutputGradient => OutputSlot.Read() ?? throw new InvalidOperationException($"no gradient has reached {Place}");

    internal GradientSlot OutputSlot => _output ?? throw new InvalidOperationException($"{Name} has no recorded output");

    internal bool HasOutputGradient => _output is { HasGradient: true };

    /// <summary>Gives every input that needs one its gradient.</summary>
    public abstract void Backward();

    /// <summary>Keeps a tensor for the backward pass.</summary>
    protected SavedTensor Save(Tensor tensor)
    {
        var saved = new SavedTensor(Tape.Scratch.Alias(tensor), Tape.SlotOf(tensor), this);
        _saved.Add(saved);
        return saved;
    }

    /// <summary>Names an input; its gradient is wanted if it depends on a parameter.</summary>
    protected GradientInput Input(Tensor tensor) => Tape.SlotOf(tensor) is { } slot ? new GradientInput(slot, tensor) : default;

    internal void Begin(Tape tape, int number)
    {
        _tape = tape;
        Number = number;
    }

    internal void Produce(GradientSlot output) => _output = output;

    /// <summary>Gives back what the node held.</summary>
    internal void End()
    {
        foreach (var saved in _saved)
        {
            saved.Release();
        }

        _saved.Clear();
        _output?.Release();
        (_tape, _output) = (null, null);
    }
}
