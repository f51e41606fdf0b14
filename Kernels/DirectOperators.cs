using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>The operators, direct: each call runs its kernel now, on the device of the scope, into a tensor of the scope.</summary>
/// <param name="scope">Owns the outputs; its device runs the kernels.</param>
/// <param name="activations">How activations meet block-quantised weights.</param>
public sealed class DirectOperators(TensorScope scope, ActivationMode activations = ActivationMode.Exact) : IOperators
{
    /// <summary>Owns the outputs.</summary>
    public TensorScope Scope { get; } = scope ?? throw new ArgumentNullException(nameof(scope));

    /// <summary>How activations meet block-quantised weights.</summary>
    public ActivationMode Activations { get; } = activations;

    /// <inheritdoc/>
    /// <remarks>The output is float64 for a float64 table and float32 for any other.</remarks>
    public Tensor Embedding(ReadOnlySpan<int> tokens, LinearWeight table)
    {
        using var range = Profiler.Range("embedding");
        ArgumentNullException.ThrowIfNull(table);
        var dtype = table.DType == DType.Float64 ? DType.Float64 : DType.Float32;
        var output = Scope.Allocate(new Shape(tokens.Length, table.InFeatures), dtype);
        table.Gather(tokens, output);
        return output;
    }

    /// <inheritdoc/>
    public Tensor Linear(Tensor input, LinearWeight weight)
    {
        using var range = Profiler.Range("linear");
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(weight);
        OperatorChecks.Rank(nameof(Linear), nameof(input), input, 2);
        var output = Scope.Allocate(new Shape(input.Shape[0], weight.OutFeatures), input.DType);
        weight.Multiply(input, output, Activations);
        return output;
    }

    /// <inheritdoc/>
    public Tensor RmsNorm(Tensor input, Tensor weight, double offset, double epsilon)
    {
        using var range = Profiler.Range("RMS norm");
        var output = AllocateLike(input);
        Kernels.RmsNorm.Forward(input, weight, offset, epsilon, output);
        return output;
    }

    /// <inheritdoc/>
    public Tensor Add(Tensor left, Tensor right)
    {
        using var range = Profiler.Range("add");
        var output = AllocateLike(left);
        Kernels.Add.Forward(left, right, output);
        return output;
    }

    /// <inheritdoc/>
    public Tensor AddResidual(Tensor stream, Tensor branch) => Add(stream, branch);

    /// <inheritdoc/>
    public Tensor SwiGlu(Tensor gateUp)
    {
        using var range = Profiler.Range("SwiGLU");
        ArgumentNullException.ThrowIfNull(gateUp);
        OperatorChecks.Rank(nameof(SwiGlu), nameof(gateUp), gateUp, 2);
        var output = Scope.Allocate(new Shape(gateUp.Shape[0], gateUp.Shape[1] / 2), gateUp.DType);
        Kernels.SwiGlu.Forward(gateUp, output);
        return output;
    }

    /// <inheritdoc/>
    public Tensor RotaryEmbedding(Tensor input, ReadOnlySpan<long> positions, double theta)
    {
        using var range = Profiler.Range("rotary embedding");
        var output = AllocateLike(input);
        Kernels.RotaryEmbedding.Forward(input, positions, theta, output);
        return output;
    }

    /// <inheritdoc/>
    public Tensor Attention(Tensor query, Tensor key, Tensor value, SequenceOffsets offsets, int? window, ReadOnlySpan<KvCache> caches)
    {
        using var range = Profiler.Range("attention");
        var output = AllocateLike(query);
        FlashAttention.Forward(query, key, value, offsets, window, caches, output, logSumExp: null);
        return output;
    }

    /// <inheritdoc/>
    public Tensor CausalConv1d(Tensor input, Tensor weight, SequenceOffsets offsets, ReadOnlySpan<ConvState> states)
    {
        using var range = Profiler.Range("causal convolution");
        ArgumentNullException.ThrowIfNull(input);
        var shape = input.Shape;
        var output = shape.Rank == 3 ? Scope.Allocate(new Shape(shape[0], shape[1] * shape[2]), input.DType) : AllocateLike(input);
        Kernels.CausalConv1d.Forward(input, weight, offsets, states, output);
        return output;
    }

    /// <inheritdoc/>
    public Tensor SelectiveScan(
        Tensor x, Tensor z, Tensor dt, Tensor dtBias, Tensor aLog, Tensor b, Tensor c, Tensor d, SequenceOffsets offsets, int chunkSize, ReadOnlySpan<SsmState> states)
    {
        using var range = Profiler.Range("selective scan");
        var output = AllocateLike(x);
        Kernels.SelectiveScan.Forward(x, z, dt, dtBias, aLog, b, c, d, offsets, chunkSize, states, output);
        return output;
    }

    /// <inheritdoc/>
    public Tensor GatherRows(Tensor input, ReadOnlySpan<int> rows)
    {
        using var range = Profiler.Range("gather rows");
        ArgumentNullException.ThrowIfNull(input);
        OperatorChecks.Rank(nameof(GatherRows), nameof(input), input, 2);
        var output = Scope.Allocate(new Shape(rows.Length, input.Shape[1]), input.DType);
        Kernels.GatherRows.Forward(input, rows, output);
        return output;
    }

    /// <inheritdoc/>
    public Tensor Segment<TContext>(ISegment<TContext> segment, Tensor input, TContext context)
        where TContext : class
    {
        ArgumentNullException.ThrowIfNull(segment);
        return segment.Run(this, input, context);
    }

    private Tensor AllocateLike(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return Scope.Allocate(input.Shape, input.DType);
    }
}
