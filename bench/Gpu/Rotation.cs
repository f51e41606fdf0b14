using PlamoNative.Engine;

namespace PlamoNative.Bench.Gpu;

/// <summary>Several sets of the same operands, together more than twice the second-level cache, so that no run finds its inputs there.</summary>
internal sealed class Rotation<T> : IDisposable
{
    private const int MostSets = 64;

    private readonly List<T> _sets = [];
    private readonly List<Tensor> _tensors = [];
    private readonly CudaDevice _device;

    /// <param name="device">Where.</param>
    /// <param name="make">Makes one set out of tensors that <see cref="Tensor"/> gives.</param>
    internal Rotation(CudaDevice device, Func<Rotation<T>, T> make)
    {
        _device = device;
        var wanted = 2L * Math.Max(device.Info.L2Bytes, 1 << 20);
        do
        {
            _sets.Add(make(this));
        }
        while (_sets.Count < MostSets && _tensors.Sum(static tensor => tensor.DType.Bytes(tensor.ElementCount)) < wanted);
    }

    /// <summary>The set of a run.</summary>
    internal T this[int run] => _sets[run % _sets.Count];

    /// <summary>A dense tensor of small random numbers (float32), or of its own bytes otherwise.</summary>
    internal Tensor Tensor(DType dtype, params ReadOnlySpan<long> shape)
    {
        var tensor = Engine.Tensor.Allocate(_device, new Shape(shape), dtype);
        _tensors.Add(tensor);
        var count = checked((int)Math.Min(tensor.ElementCount, 1 << 16));
        var random = new Philox(1, (ulong)_tensors.Count);
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = (float)(random.Uniform((ulong)i) - 0.5);
        }

        var bytes = new byte[dtype.Bytes(count / dtype.BlockSize() * dtype.BlockSize())];
        if (dtype.IsBlockQuantized())
        {
            QuantizedBlocks.Quantize(dtype, values.AsSpan(0, count / dtype.BlockSize() * dtype.BlockSize()), bytes);
        }
        else if (dtype == DType.Float32)
        {
            System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(values).CopyTo(bytes);
        }
        else
        {
            TensorConvert.FromSingle(dtype, values, bytes);
        }

        for (var at = 0L; at < tensor.ElementCount; at += count)
        {
            tensor.WriteBytes(at, bytes.AsSpan(0, (int)dtype.Bytes(Math.Min(count, tensor.ElementCount - at))));
        }

        return tensor;
    }

    /// <inheritdoc/>
    public void Dispose() => _tensors.ForEach(static tensor => tensor.Dispose());
}
