using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Runtime.Models;

/// <summary>Grouped-query attention with a norm for every head's queries and keys, rotated positions, and a window unless the layer is a full one.</summary>
/// <param name="c">Sizes.</param>
/// <param name="kind">Window or full.</param>
/// <param name="index">Ordinal among the model's attention layers.</param>
/// <param name="qkv">[(Hq + 2 Hkv) · P, h], queries first.</param>
/// <param name="output">[h, Hq · P].</param>
/// <param name="queryNorm">Weight [Hq, P].</param>
/// <param name="keyNorm">Weight [Hkv, P].</param>
internal sealed class AttentionMixer(
    Plamo2Configuration c, LayerKind kind, int index, LinearWeight qkv, LinearWeight output, Norm queryNorm, Norm keyNorm) : Mixer
{
    private readonly int? _window = kind == LayerKind.WindowAttention ? c.VisibleWindow : null;
    private readonly double _theta = c.RopeThetaOf(kind);

    internal override string Name => "attention mixer";

    internal override Tensor Forward(IOperators ops, Tensor input, ForwardBatch batch)
    {
        using var projected = ops.Linear(input, qkv);
        using var query = Rotated(ops, projected, queryNorm, 0, c.QueryHeads, batch);
        using var key = Rotated(ops, projected, keyNorm, c.QueryHeads, c.KeyValueHeads, batch);
        using var value = Heads(projected, c.QueryHeads + c.KeyValueHeads, c.KeyValueHeads);
        using var mixed = ops.Attention(query, key, value, batch.Offsets, _window, batch.KvCachesOf(index));
        using var flat = mixed.Reshape(new Shape(input.Shape[0], c.QueryHeads * c.HeadSize));
        return ops.Linear(flat, output);
    }

    private Tensor Rotated(IOperators ops, Tensor projected, Norm norm, int firstHead, int heads, ForwardBatch batch)
    {
        using var raw = Heads(projected, firstHead, heads);
        using var normed = norm.Forward(ops, raw);
        return ops.RotaryEmbedding(normed, batch.Positions, _theta);
    }

    private Tensor Heads(Tensor projected, int firstHead, int heads)
    {
        using var columns = projected.Narrow(1, (long)firstHead * c.HeadSize, (long)heads * c.HeadSize);
        return columns.Reshape(new Shape(projected.Shape[0], heads, c.HeadSize));
    }
}
