using System.Runtime.InteropServices;
using PlamoNative.Engine;
using PlamoNative.Runtime.Checkpoints;
using PlamoNative.Runtime.Models;

namespace PlamoNative.Training.Checkpoints;

/// <summary>Weights out of tensors by the names of their slots, to be written as a model folder.</summary>
internal sealed class SnapshotWeights(Plamo2Configuration configuration, IReadOnlyDictionary<string, Tensor> tensors, DType matrixType) : WeightSource
{
    public override Plamo2Configuration Configuration { get; } = configuration;

    public override DType TypeOf(WeightSlot slot) => slot.Role == WeightRole.Linear ? matrixType : tensors[slot.Name].DType;

    public override void Read(WeightSlot slot, long start, Span<float> destination)
    {
        var tensor = tensors[slot.Name];
        switch (tensor.DType)
        {
            case DType.Float32:
                tensor.ReadBytes(start, MemoryMarshal.AsBytes(destination));
                break;
            case DType.Float64:
                var exact = new double[destination.Length];
                tensor.ReadBytes(start, MemoryMarshal.AsBytes(exact.AsSpan()));
                for (var i = 0; i < destination.Length; i++)
                {
                    destination[i] = (float)exact[i];
                }

                break;
            default:
                var bytes = new byte[tensor.DType.Bytes(destination.Length)];
                tensor.ReadBytes(start, bytes);
                TensorConvert.ToSingle(tensor.DType, bytes, destination);
                break;
        }
    }
}
