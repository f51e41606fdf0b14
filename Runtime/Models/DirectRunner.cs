using PlamoNative.Engine;
using PlamoNative.Kernels;
using PlamoNative.Runtime.Sampling;

namespace PlamoNative.Runtime.Models;

/// <summary>Runs a model's passes one after the other on memory that is used again: a pass of shapes that were there before allocates nothing.</summary>
/// <param name="model">The model.</param>
/// <param name="activations">How activations meet block-quantised weights.</param>
internal sealed class DirectRunner(Plamo2Model model, ActivationMode activations) : ILogitRows, IDisposable
{
    private readonly TensorScope _scope = new(model.Device);
    private DirectOperators? _operators;
    private float[] _narrowed = [];
    private float[] _fetched = [];
    private int[] _largest = [];
    private bool _isFetched;
    private bool _hasLargest;

    internal Plamo2Model Model { get; } = model;

    /// <summary>The batch of the next pass.</summary>
    internal ForwardBatch Batch { get; } = new();

    /// <summary>Runs the batch; its logits live until the next pass.</summary>
    internal void Run()
    {
        _scope.Reset();
        _operators ??= new DirectOperators(_scope, activations);
        Logits = Model.Forward(_operators, Batch);
        (_isFetched, _hasLargest) = (false, false);
    }

    /// <summary>The logits of the last pass, [rows, V].</summary>
    internal Tensor? Logits { get; private set; }

    /// <inheritdoc/>
    public bool ChoosesOnDevice => Logits!.Device is CudaDevice;

    /// <inheritdoc/>
    public unsafe ReadOnlySpan<float> Row(int row)
    {
        var width = Model.Configuration.VocabSize;
        if (!Model.Device.IsHostMemory)
        {
            Fetch(Logits!);
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

    /// <inheritdoc/>
    public int ArgMax(int row)
    {
        // One launch and one copy for all rows of a step.
        if (!_hasLargest)
        {
            var rows = checked((int)Logits!.Shape[0]);
            var indices = _scope.Allocate(new Shape(rows), DType.Int32);
            DeviceLogits.ArgMax(Logits, indices);
            if (_largest.Length < rows)
            {
                _largest = new int[rows];
            }

            indices.CopyTo(_largest.AsSpan(0, rows));
            _hasLargest = true;
        }

        return _largest[row] >= 0 ? _largest[row] : throw new ArgumentException($"none of the {Logits!.Shape[1]} logits is a number", nameof(row));
    }

    /// <inheritdoc/>
    public int TopK(int row, float temperature, Span<float> values, Span<int> indices)
    {
        var shape = new Shape(1, values.Length);
        var (top, ids) = (_scope.Allocate(shape, DType.Float32), _scope.Allocate(shape, DType.Int32));
        DeviceLogits.TopK(_scope.Alias(Logits!).Narrow(0, row, 1), temperature, top, ids);
        top.CopyTo(values);
        ids.CopyTo(indices);
        var none = indices.IndexOf(-1);
        return none < 0 ? indices.Length : none;
    }

    public void Dispose() => _scope.Dispose();

    // One copy for all rows of a step, once a sampler reads them on the processor.
    private void Fetch(Tensor logits)
    {
        if (_isFetched)
        {
            return;
        }

        var count = checked((int)logits.ElementCount);
        if (_fetched.Length < count)
        {
            _fetched = new float[count];
        }

        logits.CopyTo(_fetched.AsSpan(0, count));
        _isFetched = true;
    }
}
