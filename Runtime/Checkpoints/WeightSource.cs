using PlamoNative.Engine;
using PlamoNative.Runtime.Models;

namespace PlamoNative.Runtime.Checkpoints;

/// <summary>
/// Where the tensors of a checkpoint that is being written come from, run by run, so that no whole model need be in memory. Values are as a Hugging Face
/// folder has them: norms without their offset, the logarithm of the decay rates.
/// </summary>
public abstract class WeightSource
{
    /// <summary>The shape of the model.</summary>
    public abstract Plamo2Configuration Configuration { get; }

    /// <summary>The type in which a tensor is at hand without loss.</summary>
    public abstract DType TypeOf(WeightSlot slot);

    /// <summary>Rows of a tensor: those of its slot, or more for a padded vocabulary.</summary>
    public virtual long RowsOf(WeightSlot slot) => slot.Shape[0];

    /// <summary>Reads a run of a tensor's elements, rounded to float32 at most.</summary>
    public abstract void Read(WeightSlot slot, long start, Span<float> destination);

    /// <summary>Builds a model with these weights in memory of its own, a vocabulary without its padding.</summary>
    /// <param name="device">Where.</param>
    /// <param name="matrixType">How matrices are held: float32, bfloat16, float16 or a block type; float64 makes the exact mode of the same values.</param>
    public Plamo2Model CreateModel(Device device, DType matrixType = DType.Float32)
    {
        ArgumentNullException.ThrowIfNull(device);
        return new Plamo2Model(Configuration, device, slot =>
        {
            var plan = slot.Role == WeightRole.Linear || matrixType == DType.Float64 ? matrixType : DType.Float32;
            var type = slot.RowLength % plan.BlockSize() == 0 ? plan : DType.Float16;
            var tensor = Tensor.Allocate(device, new Shape(slot.Shape), type);
            var (written, left) = (0L, type.Bytes(tensor.ElementCount));
            TensorEncoder.Encode(this, slot, type, bytes =>
            {
                var taken = (int)Math.Min(bytes.Length, left);
                tensor.WriteBytes(written / type.Bytes(type.BlockSize()) * type.BlockSize(), bytes[..taken]);
                written += taken;
                left -= taken;
            });
            return new ModelParameter(slot, tensor, slot.NormOffset);
        });
    }

    /// <summary>The tensor's bytes in the type of <see cref="TypeOf"/>, if they lie in memory just as a Hugging Face folder has them; else null.</summary>
    internal unsafe virtual byte* RawOrNull(WeightSlot slot) => null;
}
