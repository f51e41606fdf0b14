using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>What a causal convolution must remember of one sequence: its last K - 1 inputs, oldest first, zeros before the first token.</summary>
public sealed class ConvState : IDisposable
{
    /// <summary>Creates the state of a sequence that has not begun.</summary>
    /// <param name="device">Where.</param>
    /// <param name="channels">C.</param>
    /// <param name="kernelSize">K.</param>
    /// <param name="dtype">float32 or float64, as the activations.</param>
    public ConvState(Device device, int channels, int kernelSize, DType dtype)
    {
        Values = Tensor.Allocate(device, new Shape(kernelSize - 1, channels), dtype);
        Reset();
    }

    private ConvState(Tensor values) => Values = values;

    /// <summary>[K - 1, C], oldest input first.</summary>
    public Tensor Values { get; }

    /// <summary>Bytes held.</summary>
    public long ByteLength => Values.DType.Bytes(Values.ElementCount);

    /// <summary>Forgets the sequence.</summary>
    public void Reset() => Values.Clear();

    /// <summary>A copy that goes its own way: a fork of the sequence.</summary>
    public ConvState Clone()
    {
        var copy = Tensor.Allocate(Values.Device, Values.Shape, Values.DType);
        copy.CopyFrom(Values);
        return new ConvState(copy);
    }

    /// <summary>Releases the memory.</summary>
    public void Dispose() => Values.Dispose();
}
