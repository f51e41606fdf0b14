using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>
/// The operators that model code calls. The direct implementation (<see cref="DirectOperators"/>) runs kernels on the buffers of a scope; a recording one runs
/// the same kernels and remembers how to differentiate them, so inference and training share one model definition.
/// </summary>
/// <remarks>
/// Activations are float32 or float64 (the plain, exact mode); the type of the input decides. Inputs may be strided views whose innermost axis is dense; outputs are
/// dense and belong to the implementation's scope. T is the number of tokens in a ragged batch, whose sequences never see each other.
/// A span of states is either empty (every sequence begins at its first token and nothing is kept) or has one entry a sequence, which is read and advanced.
/// </remarks>
public interface IOperators
{
    /// <summary>Rows of a table: output [T, width], row t being <c>table[tokens[t]]</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A token is negative or not below the table's rows.</exception>
    Tensor Embedding(ReadOnlySpan<int> tokens, LinearWeight table);

    /// <summary>Linear layer without bias: input [T, in], output [T, out] = input · weightᵀ.</summary>
    Tensor Linear(Tensor input, LinearWeight weight);

    /// <summary>RMS norm over the innermost axis: <c>y = x (mean x² + epsilon)^(-1/2) (weight + offset)</c>.</summary>
    /// <param name="input">[T, D] with weight [D], or [T, H, P] with weight [H, P] (QK norm).</param>
    /// <param name="weight">One factor per normalised element.</param>
    /// <param name="offset">Added to the weight: 1, 1/5 or 5^(-3/2) in PLaMo 2's layers, 0 elsewhere.</param>
    /// <param name="epsilon">Added to the mean square.</param>
    Tensor RmsNorm(Tensor input, Tensor weight, double offset, double epsilon);

    /// <summary>Element-wise sum of two tensors of one shape.</summary>
    Tensor Add(Tensor left, Tensor right);

    /// <summary>The stream after a residual branch: element-wise sum. A recording implementation may drop elements of the branch (dropout).</summary>
    Tensor AddResidual(Tensor stream, Tensor branch);

    /// <summary>Gated unit: input [T, 2F], gate first, output [T, F] = SiLU(gate) · up.</summary>
    Tensor SwiGlu(Tensor gateUp);

    /// <summary>Rotary embedding, rotate-half: in input [T, H, P] the pair (i, i + P/2) is turned by <c>positions[t] · theta^(-2i/P)</c>.</summary>
    /// <param name="input">[T, H, P], P even.</param>
    /// <param name="positions">T positions, counted from each sequence's first token.</param>
    /// <param name="theta">Base of the angles; angles are computed in float64.</param>
    Tensor RotaryEmbedding(Tensor input, ReadOnlySpan<long> positions, double theta);

    /// <summary>
    /// Causal attention with grouped key-value heads: output [T, Hq, P]; query head h uses key-value head <c>h · Hkv / Hq</c>, scores are scaled by P^(-1/2).
    /// </summary>
    /// <param name="query">[T, Hq, P], normed and rotated.</param>
    /// <param name="key">[T, Hkv, P], normed and rotated.</param>
    /// <param name="value">[T, Hkv, P].</param>
    /// <param name="offsets">Borders of the sequences.</param>
    /// <param name="window">W: key j is visible to query i iff 0 &lt;= i - j &lt;= W, so W + 1 keys; null: all j &lt;= i.</param>
    /// <param name="caches">Earlier keys and values of each sequence; the new ones are appended.</param>
    Tensor Attention(Tensor query, Tensor key, Tensor value, SequenceOffsets offsets, int? window, ReadOnlySpan<KvCache> caches);

    /// <summary>Depthwise causal convolution and SiLU: output [T, C], <c>y_t = SiLU(Σ_k weight[c, k] x_{t-K+1+k})</c>, zeros before a sequence.</summary>
    /// <param name="input">[T, C], or [T, H, P] with H · P = C.</param>
    /// <param name="weight">[C, 1, K] or [C, K].</param>
    /// <param name="offsets">Borders of the sequences.</param>
    /// <param name="states">The last K - 1 inputs of each sequence.</param>
    Tensor CausalConv1d(Tensor input, Tensor weight, SequenceOffsets offsets, ReadOnlySpan<ConvState> states);

    /// <summary>
    /// Selective scan (Mamba-2) with skip and gate: output [T, H, P]. With Δ = softplus(dt + dtBias), A = -exp(aLog):
    /// <c>S_t = exp(Δ A) S_{t-1} + Δ x ⊗ B</c>, <c>y_t = (S_t C + D x) SiLU(z)</c>.
    /// </summary>
    /// <param name="x">[T, H, P].</param>
    /// <param name="z">Gate, [T, H, P].</param>
    /// <param name="dt">Steps before bias and softplus, [T, H].</param>
    /// <param name="dtBias">[H].</param>
    /// <param name="aLog">[H].</param>
    /// <param name="b">Input map, [T, N], shared by all heads.</param>
    /// <param name="c">Output map, [T, N], shared by all heads.</param>
    /// <param name="d">Skip, [H].</param>
    /// <param name="offsets">Borders of the sequences.</param>
    /// <param name="chunkSize">Tokens a chunk of the prefill form; results depend on it only by rounding.</param>
    /// <param name="states">State [H, P, N] of each sequence.</param>
    Tensor SelectiveScan(
        Tensor x, Tensor z, Tensor dt, Tensor dtBias, Tensor aLog, Tensor b, Tensor c, Tensor d, SequenceOffsets offsets, int chunkSize, ReadOnlySpan<SsmState> states);

    /// <summary>Rows of a tensor: input [T, D], output [rows, D].</summary>
    /// <exception cref="ArgumentOutOfRangeException">A row is outside of the input.</exception>
    Tensor GatherRows(Tensor input, ReadOnlySpan<int> rows);

    /// <summary>Runs a part of the model. A recording implementation may forget its intermediates and run it again in the backward pass.</summary>
    /// <typeparam name="TContext">What the part reads beside its input.</typeparam>
    /// <param name="segment">The part.</param>
    /// <param name="input">Its input.</param>
    /// <param name="context">What it reads beside its input.</param>
    Tensor Segment<TContext>(ISegment<TContext> segment, Tensor input, TContext context)
        where TContext : class;
}
