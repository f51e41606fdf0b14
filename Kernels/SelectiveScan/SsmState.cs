using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>The state [H, P, N] of a selective scan for one sequence; zeros before the first token.</summary>
public sealed class SsmState : IDisposable
{
    /// <summary>Creates the state of a sequence that has not begun.</summary>
    /// <param name="device">Where.</param>
    /// <param name="heads">H.</param>
    /// <param name="headSize">P.</param>
    /// <param name="stateSize">N.</param>
    /// <param name="dtype">float32, or float64 in the exact mode.</param>
    public SsmState(Device device, int heads, int headSize, int stateSize, DType dtype)
    {
        Values = Tensor.Allocate(device, new Shape(heads, headSize, stateSize), dtype);
        Reset();
    }

    private SsmState(Tensor values) => Values = values;

    /// <summary>[H, P, N].</summary>
    public Tensor Values { get; }

    /// <summary>Bytes held.</summary>
    public long ByteLength => Values.DType.Bytes(Values.ElementCount);

    /// <summary>Forgets the sequence.</summary>
    public void Reset() => Values.Clear();

    /// <summary>A copy that goes its own way: a fork of the sequence.</summary>
    public SsmState Clone()
    {
        var copy = Tensor.Allocate(Values.Device, Values.Shape, Values.DType);
        copy.CopyFrom(Values);
        return new SsmState(copy);
    }

    /// <summary>Releases the memory.</summary>
    public void Dispose() => Values.Dispose();
}
