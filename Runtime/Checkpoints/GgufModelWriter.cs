using PlamoNative.Engine;
using PlamoNative.Engine.Formats;
using PlamoNative.Runtime.Models;
using PlamoNative.Runtime.Tokenization;

namespace PlamoNative.Runtime.Checkpoints;

/// <summary>
/// Writes a model as one GGUF that llama.cpp reads, with keys of ours for what it has none for (windows, the local rotary base): read back, they restore
/// the model. Vectors, norms and convolutions are float32 always.
/// </summary>
public static class GgufModelWriter
{
    /// <summary>Writes a file; it appears whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="source">The weights and the shape.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="type">The type of matrices: float32, float16, bfloat16, Q8_0 or Q4_0.</param>
    /// <param name="name">The model's name for people.</param>
    /// <param name="progress">Told the bytes of tensors that are written and the bytes of all.</param>
    /// <returns>Lines for the user: matrices that kept another type, and what other engines will not read.</returns>
    /// <exception cref="ConfigurationException">The type is none of those.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static IReadOnlyList<string> Write(
        string path, WeightSource source, PlamoTokenizer? tokenizer, DType type, string name, IProgress<(long Done, long Total)>? progress = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(source);
        if (type is not (DType.Float32 or DType.Float16 or DType.BFloat16 or DType.Q8_0 or DType.Q4_0))
        {
            throw new ConfigurationException("convert", "type", "f32, f16, bf16, q8_0 or q4_0", type.Name());
        }

        var configuration = source.Configuration;
        var notices = new List<string>();
        var slots = WeightTable.All(configuration).ToDictionary(static slot => slot.GgufName, StringComparer.Ordinal);
        var declarations = slots.Values.Select(slot => new TensorDeclaration(slot.GgufName, TypeOf(slot, type), ShapeOf(slot))).ToArray();
        Report(slots.Values, type, configuration, notices);
        var metadata = GgufConfigurationWriter.Create(configuration, type, name);
        if (tokenizer is not null)
        {
            GgufTokenizer.Write(metadata, tokenizer, configuration);
        }

        using var writer = GgufWriter.Create(path, metadata, declarations);
        var total = declarations.Sum(static tensor => tensor.ByteLength);
        var done = 0L;
        foreach (var tensor in writer.Tensors)
        {
            var slot = slots[tensor.Name];
            TensorEncoder.Encode(new Unpadded(source), slot, tensor.DType, bytes =>
            {
                writer.Append(tensor.Name, bytes);
                done += bytes.Length;
                progress?.Report((done, total));
            }, TransformOf(slot));
        }

        writer.Complete();
        return notices;
    }

    private static DType TypeOf(WeightSlot slot, DType type) =>
        slot.Role != WeightRole.Linear ? DType.Float32
        : slot.RowLength % type.BlockSize() != 0 || (type.IsBlockQuantized() && IsFragile(slot)) ? DType.Float16
        : type;

    /// <summary>
    /// The matrices around the scan whose rounding to blocks was seen to break text: the way out of the mixer, and the small ones that make its steps. They
    /// stay half precision; of the 1B model they are 6 % of the weights.
    /// </summary>
    private static bool IsFragile(WeightSlot slot) =>
        slot.GgufName.EndsWith(".ssm_out.weight", StringComparison.Ordinal)
        || slot.GgufName.EndsWith(".ssm_x.weight", StringComparison.Ordinal)
        || slot.GgufName.EndsWith(".ssm_dt.weight", StringComparison.Ordinal);

    private static long[] ShapeOf(WeightSlot slot) => slot.Role == WeightRole.Convolution ? [slot.Shape[0], slot.Shape[2]] : slot.Shape;

    private static Func<float, float>? TransformOf(WeightSlot slot)
    {
        if (slot.Role == WeightRole.ALog)
        {
            return static aLog => (float)-PortableMath.Exp(aLog);
        }

        var offset = slot.NormOffset;
        return offset == 0 ? null : weight => (float)(weight + offset);
    }

    private static void Report(IEnumerable<WeightSlot> slots, DType type, Plamo2Configuration configuration, List<string> notices)
    {
        var odd = slots.Count(slot => slot.Role == WeightRole.Linear && slot.RowLength % type.BlockSize() != 0);
        if (odd > 0)
        {
            notices.Add(FormattableString.Invariant($"{odd} matrices stay f16: their rows are not a whole number of {type.Name()} blocks of {type.BlockSize()}"));
        }

        if (type.IsBlockQuantized() && configuration.LayerKinds().Contains(LayerKind.Mamba))
        {
            notices.Add("ssm_out, ssm_x and ssm_dt stay f16: rounding them to blocks harms the scan");
        }

        var kinds = configuration.LayerKinds();
        if (kinds.Contains(LayerKind.WindowAttention))
        {
            notices.Add(FormattableString.Invariant($"the window of {configuration.WindowSize} is in a key of its own: engines that ignore it use full attention"));
        }

        if (configuration.IsAttentionLayer is not null)
        {
            notices.Add("the layer pattern is one that mamba_step cannot express: engines that read only mamba_step must not use this model's config.json");
        }
    }

    /// <summary>GGUF has no room for a padded vocabulary: only the rows of the slots are written.</summary>
    private sealed class Unpadded(WeightSource source) : WeightSource
    {
        public override Plamo2Configuration Configuration => source.Configuration;

        public override DType TypeOf(WeightSlot slot) => source.TypeOf(slot);

        public override void Read(WeightSlot slot, long start, Span<float> destination) => source.Read(slot, start, destination);

        internal override unsafe byte* RawOrNull(WeightSlot slot) => source.RawOrNull(slot);
    }
}
