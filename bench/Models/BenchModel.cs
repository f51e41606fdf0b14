using PlamoNative.Engine;
using PlamoNative.Runtime.Checkpoints;
using PlamoNative.Runtime.Models;

namespace PlamoNative.Bench;

/// <summary>Models whose matrices are filled in a second: speed depends on shapes and storage, not on what the weights say.</summary>
internal static unsafe class BenchModel
{
    /// <summary>A model in memory.</summary>
    /// <param name="configuration">The shape.</param>
    /// <param name="device">Where.</param>
    /// <param name="dtype">Storage of the matrices; one whose rows are no whole blocks is kept as f16, as the project's converter does.</param>
    public static Plamo2Model Create(Plamo2Configuration configuration, Device device, DType dtype)
    {
        var small = new RandomWeights(configuration, 1);
        var seed = 0;
        return new Plamo2Model(configuration, device, slot =>
        {
            if (slot.Role == WeightRole.Linear)
            {
                var type = slot.RowLength % dtype.BlockSize() == 0 ? dtype : DType.Float16;
                var matrix = Tensor.Allocate(device, new Shape(slot.Shape), type);
                StoredWeights.Fill(type, matrix.Pointer, type.Bytes(slot.ElementCount), ++seed);
                return new ModelParameter(slot, matrix, slot.NormOffset);
            }

            var tensor = Tensor.Allocate(device, new Shape(slot.Shape), DType.Float32);
            small.Read(slot, 0, tensor.AsSpan<float>());
            return new ModelParameter(slot, tensor, slot.NormOffset);
        });
    }

    /// <summary>FLOP of the linear layers for a prefill whose logits are wanted for the last token only.</summary>
    public static double PrefillFlops(Plamo2Configuration configuration, int tokens)
    {
        var matrices = WeightTable.All(configuration).Where(static slot => slot.Role == WeightRole.Linear && !slot.IsVocabulary).Sum(static slot => slot.ElementCount);
        return (2.0 * tokens * matrices) + (2.0 * configuration.VocabSize * configuration.HiddenSize);
    }

    /// <summary>Bytes of weights that one token reads: everything, the embedding only where it is also the head.</summary>
    public static long DecodeBytes(Plamo2Model model) => model.Parameters
        .Where(parameter => model.Configuration.TieWordEmbeddings || parameter.Slot.Name != WeightTable.Embedding(model.Configuration).Name)
        .Sum(static parameter => parameter.ByteLength);
}
