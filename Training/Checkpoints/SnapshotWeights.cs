using PlamoNative.Engine;
using PlamoNative.Runtime.Checkpoints;
using PlamoNative.Runtime.Models;

namespace PlamoNative.Training.Checkpoints;

/// <summary>Weights out of tensors by the names of their slots, to be written as a model folder.</summary>
internal sealed unsafe class SnapshotWeights(Plamo2Configuration configuration, IReadOnlyDictionary<string, Tensor> tensors, DType matrixType) : WeightSource
{
    public override Plamo2Configuration Configuration { get; } = configuration;

    public override DType TypeOf(WeightSlot slot) => slot.Role == WeightRole.Linear ? matrixType : tensors[slot.Name].DType;

    public override void Read(WeightSlot slot, long start, Span<float> destination)
    {
        var tensor = tensors[slot.Name];
        switch (tensor.DType)
        {
            case DType.Float32:
                new ReadOnlySpan<float>((float*)tensor.Pointer + start, destination.Length).CopyTo(destination);
                break;
            case DType.Float64:
                for (var i = 0; i < destination.Length; i++)
                {
                    destination[i] = (float)((double*)tensor.Pointer)[start + i];
                }

                break;
            default:
                var bytes = tensor.Pointer + tensor.DType.Bytes(start);
                TensorConvert.ToSingle(tensor.DType, new ReadOnlySpan<byte>(bytes, checked((int)tensor.DType.Bytes(destination.Length))), destination);
                break;
        }
    }
}
