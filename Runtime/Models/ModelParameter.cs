using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Runtime.Models;

/// <summary>A tensor of a loaded model: where it belongs, its values, and for a matrix the weight that kernels multiply with.</summary>
public sealed class ModelParameter : IDisposable
{
    private readonly bool _weightIsView;

    /// <summary>Takes the values over.</summary>
    /// <param name="slot">Where the tensor belongs.</param>
    /// <param name="values">Its values, of the slot's shape; a vocabulary may have more rows.</param>
    /// <param name="normOffset">What is added to a norm's values: the slot's offset, or 0 if the values hold it already.</param>
    public ModelParameter(WeightSlot slot, Tensor values, double normOffset)
    {
        ArgumentNullException.ThrowIfNull(slot);
        ArgumentNullException.ThrowIfNull(values);
        Slot = slot;
        Values = values;
        NormOffset = normOffset;
        if (slot.Role == WeightRole.Linear)
        {
            _weightIsView = values.Shape[0] > slot.Shape[0];
            Weight = new TensorWeight(_weightIsView ? values.Narrow(0, 0, slot.Shape[0]) : values);
        }
    }

    /// <summary>Where the tensor belongs.</summary>
    public WeightSlot Slot { get; }

    /// <summary>The values as they are held. A block-quantised or half-precision matrix is held as it was stored.</summary>
    public Tensor Values { get; }

    /// <summary>What is added to a norm's values before they multiply.</summary>
    public double NormOffset { get; }

    /// <summary>The matrix as linear layers use it, without a vocabulary's padding; null for everything else.</summary>
    public LinearWeight? Weight { get; }

    /// <summary>Bytes held.</summary>
    public long ByteLength => Values.DType.Bytes(Values.ElementCount);

    /// <inheritdoc/>
    public void Dispose()
    {
        Weight?.Dispose();
        if (Weight is null || _weightIsView)
        {
            Values.Dispose();
        }
    }
}
