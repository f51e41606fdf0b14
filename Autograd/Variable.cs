using System.Runtime.CompilerServices;
using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Autograd;

/// <summary>
/// A tensor on a tape, with the general operators as methods: what a researcher composes models and losses of. It is a thin handle: the gradient bookkeeping
/// belongs to the stored tensor, so views need no operation, and a tensor from <see cref="RecordingOperators"/> becomes a variable by <see cref="Of(Tape, Tensor)"/>.
/// </summary>
/// <remarks>Values live in the tape's scope until <see cref="Tape.Reset"/> or <see cref="Dispose"/>.</remarks>
public sealed partial class Variable : IDisposable
{
    private Variable(Tape tape, Tensor value)
    {
        Tape = tape;
        Value = value;
    }

    /// <summary>The tape that operations on this variable are recorded on.</summary>
    public Tape Tape { get; }

    /// <summary>The elements.</summary>
    public Tensor Value { get; }

    /// <summary>Sizes of the axes.</summary>
    public Shape Shape => Value.Shape;

    /// <summary>float32 or float64.</summary>
    public DType DType => Value.DType;

    /// <summary>Whether a backward pass would give this variable a gradient: it depends on a parameter.</summary>
    public bool NeedsGradient => Tape.SlotOf(Value) is not null;

    /// <summary>A handle for a tensor: the result of a recorded operation, a parameter's values, or a constant.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="value">The tensor.</param>
    public static Variable Of(Tape tape, Tensor value)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(value);
        return new Variable(tape, value);
    }

    /// <summary>A handle for a parameter.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="parameter">The parameter.</param>
    public static Variable Of(Tape tape, Parameter parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return Of(tape, parameter.Values);
    }

    /// <summary>The same elements as a constant: no gradient passes.</summary>
    public Variable Detach()
    {
        var alias = Tape.Values.Alias(Value);
        alias.Trace = null;
        return new Variable(Tape, alias);
    }

    /// <summary>The same elements under another shape: a view where strides allow, whose gradient is reshaped with it, else of a dense copy.</summary>
    public Variable Reshape(params ReadOnlySpan<long> sizes)
    {
        var shape = new Shape(sizes);
        return Value.CanReshape(shape) ? new(Tape, InScope().Reshape(shape)) : Contiguous().Reshape(sizes);
    }

    /// <summary>Some neighbours along an axis; the gradient goes to their places.</summary>
    public Variable Slice(int axis, long start, long length) => new(Tape, InScope().Narrow(axis, start, length));

    /// <summary>Calls back with the gradient once it is complete, before it goes on; the tensor may be changed in place. Of a view: that of the stored tensor.</summary>
    /// <exception cref="InvalidOperationException">The variable depends on no parameter, or is a parameter's values.</exception>
    public void OnGradient(Action<Tensor> hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        var slot = Tape.SlotOf(Value);
        if (slot is null || slot.Leaf is not null)
        {
            throw new InvalidOperationException("a hook needs the result of a recorded operation: a constant has no gradient, and a parameter keeps its own");
        }

        (slot.Hooks ??= []).Add(hook);
    }

    /// <summary>Adds a constant in place. Operations that saved the old elements for their backward pass will refuse to run it, naming this place.</summary>
    /// <param name="constant">Of this shape and type.</param>
    /// <param name="member">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public void AddInPlace(Tensor constant, [CallerMemberName] string member = "", [CallerLineNumber] int line = 0)
    {
        Pointwise.Copy(constant, Value, accumulate: true);
        Tape.SlotOf(Value)?.MarkModified(FormattableString.Invariant($"{nameof(AddInPlace)} in {member}, line {line},"));
    }

    /// <summary>Differentiates this scalar: every parameter that it depends on gets its gradient added.</summary>
    public void Backward() => Tape.Backward(Value);

    /// <summary>Gives the value back before the tape is reset.</summary>
    public void Dispose() => Value.Dispose();

    // Views of a parameter would belong to nobody; a view in the tape's scope ends with it.
    private Tensor InScope() => Tape.Values.Alias(Value);
}
