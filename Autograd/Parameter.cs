using PlamoNative.Engine;

namespace PlamoNative.Autograd;

/// <summary>A tensor that training changes: its values, the gradient that accumulates over the micro-batches of a step, and a stable name.</summary>
public sealed class Parameter : IDisposable
{
    private readonly GradientSlot _slot = new();
    private readonly Tensor[] _views;

    /// <summary>Makes values trainable.</summary>
    /// <param name="name">The name in files: the Hugging Face name in PLaMo's models.</param>
    /// <param name="values">Dense, float32 or float64, or bf16 or f16 (their gradients are float32). They stay the caller's.</param>
    /// <param name="views">Other views of the same values that operations use, a vocabulary without its padding for instance.</param>
    public Parameter(string name, Tensor values, params Tensor[] views)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(views);
        if (!values.IsContiguous || !values.DType.IsFloatingPoint())
        {
            throw new ArgumentException($"parameter {name} must be dense and of a float type, not {values} with strides {values.Strides}", nameof(values));
        }

        Name = name;
        Values = values;
        _views = views;
        Gradient = Tensor.Allocate(values.Device, values.Shape, values.DType == DType.Float64 ? DType.Float64 : DType.Float32);
        _slot.Begin(null, values, Gradient.DType, $"parameter {name}", this);
        values.Trace = _slot;
        foreach (var view in views)
        {
            view.Trace = _slot;
        }

        ZeroGradient();
    }

    /// <summary>The name in files.</summary>
    public string Name { get; }

    /// <summary>The values.</summary>
    public Tensor Values { get; }

    /// <summary>The gradient, dense, of the values' shape; float64 for float64 values, else float32.</summary>
    public Tensor Gradient { get; }

    /// <summary>Sets the gradient to zero: the start of a step.</summary>
    public void ZeroGradient() => Gradient.Clear();

    /// <summary>Notes that the values were changed; a backward pass that needs the old ones then says so instead of using the new.</summary>
    /// <param name="place">Who changed them.</param>
    public void MarkModified(string place) => _slot.MarkModified(place);

    /// <summary>Gives the gradient's memory back; the values are the caller's.</summary>
    public void Dispose()
    {
        Values.Trace = null;
        foreach (var view in _views)
        {
            view.Trace = null;
        }

        Gradient.Dispose();
    }
}
