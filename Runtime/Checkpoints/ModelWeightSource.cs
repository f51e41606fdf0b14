using PlamoNative.Engine;
using PlamoNative.Runtime.Models;

namespace PlamoNative.Runtime.Checkpoints;

/// <summary>The tensors of a loaded model, to be written again.</summary>
public sealed unsafe class ModelWeightSource : WeightSource
{
    private readonly Dictionary<string, ModelParameter> _parameters;

    /// <summary>Wraps a model, which must outlive this object.</summary>
    public ModelWeightSource(Plamo2Model model)
    {
        ArgumentNullException.ThrowIfNull(model);
        Configuration = model.Configuration;
        _parameters = model.Parameters.ToDictionary(static parameter => parameter.Slot.Name, StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public override Plamo2Configuration Configuration { get; }

    /// <inheritdoc/>
    public override DType TypeOf(WeightSlot slot) => Of(slot).Values.DType;

    /// <inheritdoc/>
    public override long RowsOf(WeightSlot slot) => Of(slot).Values.Shape[0];

    /// <inheritdoc/>
    public override void Read(WeightSlot slot, long start, Span<float> destination)
    {
        var parameter = Of(slot);
        TensorElements.Read(parameter.Values, start, destination);
        var baked = slot.NormOffset - parameter.NormOffset;
        if (baked != 0)
        {
            for (var i = 0; i < destination.Length; i++)
            {
                destination[i] = (float)(destination[i] - baked);
            }
        }
    }

    internal override byte* RawOrNull(WeightSlot slot)
    {
        var parameter = Of(slot);
        return slot.NormOffset == parameter.NormOffset && parameter.Values.Device.IsHostMemory ? parameter.Values.Pointer : null;
    }

    private ModelParameter Of(WeightSlot slot) => _parameters[slot.Name];
}
