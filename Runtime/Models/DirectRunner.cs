using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Runtime.Models;

/// <summary>Runs a model's passes one after the other on memory that is used again: a pass of shapes that were there before allocates nothing.</summary>
/// <param name="model">The model.</param>
/// <param name="activations">How activations meet block-quantised weights.</param>
internal sealed class DirectRunner(Plamo2Model model, ActivationMode activations) : IDisposable
{
    private readonly TensorScope _scope = new(model.Device);
    private DirectOperators? _operators;
    private float[] _narrowed = [];
    private float[] _fetched = [];

    internal Plamo2Model Model { get; } = model;

    /// <summary>The batch of the next pass.</summary>
    internal ForwardBatch Batch { get; } = new();

    /// <summary>Runs the batch; its logits live until the next pass.</summary>
    internal void Run()
    {
        _scope.Reset();
        _operators ??= new DirectOperators(_scope, activations);
        Logits = Model.Forward(_operators, Batch);
        if (!Model.Device.IsHostMemory)
        {
            Fetch(Logits);
        }
    }

    /// <summary>The logits of the last pass, [rows, V].</summary>
    internal Tensor? Logits { get; private set; }

    /// <summary>A row of the last pass's logits, float32.</summary>
    internal unsafe ReadOnlySpan<float> Row(int row)
    {
        var width = Model.Configuration.VocabSize;
        if (!Model.Device.IsHostMemory)
        {
            return _fetched.AsSpan(row * width, width);
        }

        if (Logits!.DType == DType.Float32)
        {
            return new ReadOnlySpan<float>(Logits.PointerOf<float>() + ((long)row * width), width);
        }

        if (_narrowed.Length < width)
        {
            _narrowed = new float[width];
        }

        var from = Logits.PointerOf<double>() + ((long)row * width);
        for (var i = 0; i < width; i++)
        {
            _narrowed[i] = (float)from[i];
        }

        return _narrowed;
    }

    public void Dispose() => _scope.Dispose();

    // One copy for all rows of a step: the samplers read them on the processor.
    private void Fetch(Tensor logits)
    {
        var count = checked((int)logits.ElementCount);
        if (_fetched.Length < count)
        {
            _fetched = new float[count];
        }

        logits.CopyTo(_fetched.AsSpan(0, count));
    }
}
