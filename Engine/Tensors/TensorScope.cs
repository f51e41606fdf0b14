namespace PlamoNative.Engine;

/// <summary>
/// Owns the tensors of one piece of work (a forward pass, a request): they all end with <see cref="Reset"/> or <see cref="Dispose"/>, except those that were
/// taken out with <see cref="Tensor.Detach"/>. A scope that is reset and used again for the same shapes allocates nothing, neither memory nor objects.
/// </summary>
/// <remarks>Not thread-safe: a scope belongs to whoever does the work. After a reset its tensors must not be touched: the objects are used again.</remarks>
/// <param name="device">Where tensors are allocated.</param>
public sealed unsafe class TensorScope(Device device) : IDisposable
{
    private readonly List<Tensor> _live = [];
    private readonly Stack<Tensor> _shells = [];

    /// <summary>Where tensors are allocated.</summary>
    public Device Device { get; } = device ?? throw new ArgumentNullException(nameof(device));

    /// <summary>Tensors and views that the scope holds now.</summary>
    public int Count => _live.Count;

    /// <summary>Allocates a dense tensor that lives until the next reset; its content is undefined.</summary>
    public Tensor Allocate(Shape shape, DType dtype)
    {
        var storage = Device.Allocate(Tensor.DenseBytes(shape, dtype));
        return NewShell().Initialize(Device, storage, storage.DeviceAddress, shape, shape.RowMajorStrides(), dtype, this);
    }

    /// <summary>Another view of the same elements, which lives in this scope whatever becomes of <paramref name="tensor"/>.</summary>
    public Tensor Alias(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return tensor.AliasIn(this);
    }

    /// <summary>Ends every tensor of the scope; their memory goes back to the device's pool.</summary>
    public void Reset()
    {
        foreach (var tensor in _live)
        {
            tensor.Release();
            _shells.Push(tensor);
        }

        _live.Clear();
    }

    /// <summary>As <see cref="Reset"/>.</summary>
    public void Dispose() => Reset();

    internal Tensor NewShell()
    {
        if (!_shells.TryPop(out var tensor))
        {
            tensor = new Tensor();
        }

        _live.Add(tensor);
        return tensor;
    }

    internal void Forget(Tensor tensor) => _live.Remove(tensor);
}
