namespace PlamoNative.Runtime.Models;

/// <summary>
/// Every tensor of a PLaMo 2 model with its names and shape, in the order of the network: the one place that knows them. Sizes follow from the
/// configuration alone, so the table also counts parameters before anything is loaded.
/// </summary>
public static class WeightTable
{
    /// <summary>Offset of the norms before mixer and MLP and of the final norm.</summary>
    public const double PreNormOffset = 1.0;

    /// <summary>Offset of the norm after the mixer.</summary>
    public const double PostMixerNormOffset = 1.0 / 5.0;

    /// <summary>Offset of the norm after the MLP: 5^(-3/2).</summary>
    public const double PostMlpNormOffset = 0.0894427190999915878563669467492510;

    /// <summary>The embedding, [V, h].</summary>
    public static WeightSlot Embedding(Plamo2Configuration c) =>
        new("model.embed_tokens.weight", "token_embd.weight", [c.VocabSize, c.HiddenSize], WeightRole.Linear, IsVocabulary: true);

    /// <summary>The head, [V, h], of a model that does not tie it to the embedding.</summary>
    public static WeightSlot Head(Plamo2Configuration c) =>
        new("lm_head.weight", "output.weight", [c.VocabSize, c.HiddenSize], WeightRole.Linear, IsVocabulary: true);

    /// <summary>The final norm, [h].</summary>
    public static WeightSlot FinalNorm(Plamo2Configuration c) =>
        new("model.norm.weight", "output_norm.weight", [c.HiddenSize], WeightRole.Norm, PreNormOffset);

    /// <summary>All tensors, first to last; without a head if it is tied.</summary>
    public static IReadOnlyList<WeightSlot> All(Plamo2Configuration c)
    {
        ArgumentNullException.ThrowIfNull(c);
        var slots = new List<WeightSlot> { Embedding(c) };
        var kinds = c.LayerKinds();
        for (var i = 0; i < kinds.Length; i++)
        {
            slots.AddRange(LayerSlots.Create(c, i, kinds[i]).All);
        }

        slots.Add(FinalNorm(c));
        if (!c.TieWordEmbeddings)
        {
            slots.Add(Head(c));
        }

        return slots;
    }
}
