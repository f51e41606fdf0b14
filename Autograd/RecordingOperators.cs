using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Autograd;

/// <summary>
/// The operators that models call, recorded: each runs the direct kernel, and the tape remembers how to differentiate it. Whole sequences only: caches and
/// states belong to generation. Gradients of these operators are not differentiable themselves.
/// </summary>
public sealed class RecordingOperators : IOperators
{
    private readonly DirectOperators _direct;
    private ulong _dropoutCount;

    /// <summary>Records on a tape.</summary>
    /// <param name="tape">Its scope owns the outputs.</param>
    public RecordingOperators(Tape tape)
    {
        ArgumentNullException.ThrowIfNull(tape);
        Tape = tape;
        _direct = new DirectOperators(tape.Values);
    }

    /// <summary>Where operations are recorded.</summary>
    public Tape Tape { get; }

    /// <summary>p of an element of a residual branch to be dropped, in [0, 1); 0 in evaluation.</summary>
    public double Dropout { get; set; }

    /// <summary>The seed of dropout.</summary>
    public ulong DropoutSeed { get; set; }

    /// <summary>Runs segments again in the backward pass and keeps only their inputs. The same bits, a third more work, far less memory.</summary>
    public bool Recomputes { get; set; }

    /// <summary>Dropouts so far: with the seed, what a resumed run needs to draw the same masks. A step sets it to its own first number.</summary>
    public ulong DropoutCount
    {
        get => _dropoutCount;
        set => _dropoutCount = value;
    }

    /// <inheritdoc/>
    public Tensor Embedding(ReadOnlySpan<int> tokens, LinearWeight table)
    {
        var output = _direct.Embedding(tokens, table);
        var values = ValuesOf(table);
        if (Tape.Needs(values))
        {
            var node = Tape.Rent<EmbeddingNode>();
            node.Fill(tokens, values);
            Tape.Record(node, output);
        }

        return output;
    }

    /// <inheritdoc/>
    public Tensor Linear(Tensor input, LinearWeight weight)
    {
        var output = _direct.Linear(input, weight);
        var values = ValuesOf(weight);
        if (Tape.Needs(input) || Tape.Needs(values))
        {
            var node = Tape.Rent<LinearNode>();
            node.Fill(input, values);
            Tape.Record(node, output);
        }

        return output;
    }

    /// <inheritdoc/>
    public Tensor RmsNorm(Tensor input, Tensor weight, double offset, double epsilon)
    {
        var output = _direct.RmsNorm(input, weight, offset, epsilon);
        if (Tape.Needs(input) || Tape.Needs(weight))
        {
            var node = Tape.Rent<RmsNormNode>();
            node.Fill(input, weight, offset, epsilon);
            Tape.Record(node, output);
        }

        return output;
    }

    /// <inheritdoc/>
    public Tensor Add(Tensor left, Tensor right)
    {
        var output = _direct.Add(left, right);
        if (Tape.Needs(left) || Tape.Needs(right))
        {
            var node = Tape.Rent<AddNode>();
            node.Fill(left, right);
            Tape.Record(node, output);
        }

        return output;
    }

    /// <inheritdoc/>
    public Tensor AddResidual(Tensor stream, Tensor branch)
    {
        if (Dropout == 0)
        {
            return Add(stream, branch);
        }

        ArgumentNullException.ThrowIfNull(branch);
        var mask = new DropoutMask(Dropout, DropoutSeed, _dropoutCount++);
        using var kept = Tape.Values.Allocate(branch.Shape, branch.DType);
        mask.Apply(branch, kept);
        var output = _direct.Add(stream, kept);
        if (Tape.Needs(stream) || Tape.Needs(branch))
        {
            var node = Tape.Rent<DropoutAddNode>();
            node.Fill(stream, branch, mask);
            Tape.Record(node, output);
        }

        return output;
    }

    /// <inheritdoc/>
    public Tensor SwiGlu(Tensor gateUp)
    {
        var output = _direct.SwiGlu(gateUp);
        if (Tape.Needs(gateUp))
        {
            var node = Tape.Rent<SwiGluNode>();
            node.Fill(gateUp);
            Tape.Record(node, output);
        }

        return output;
    }

    /// <inheritdoc/>
    public Tensor RotaryEmbedding(Tensor input, ReadOnlySpan<long> positions, double theta)
    {
        var output = _direct.RotaryEmbedding(input, positions, theta);
        if (Tape.Needs(input))
        {
            var node = Tape.Rent<RotaryEmbeddingNode>();
            node.Fill(input, positions, theta);
            Tape.Record(node, output);
        }

        return output;
    }

    /// <inheritdoc/>
    public Tensor Attention(Tensor query, Tensor key, Tensor value, SequenceOffsets offsets, int? window, ReadOnlySpan<KvCache> caches)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (!Tape.Needs(query) && !Tape.Needs(key) && !Tape.Needs(value))
        {
            return _direct.Attention(query, key, value, offsets, window, caches);
        }

        RequireNoStates(caches.Length, "attention");
        using var range = Profiler.Range("attention");
        var output = Tape.Values.Allocate(query.Shape, query.DType);
        using var logSumExp = Tape.Values.Allocate(new Shape(query.Shape[0], query.Shape[1]), query.DType);
        FlashAttention.Forward(query, key, value, offsets, window, [], output, logSumExp);
        var node = Tape.Rent<AttentionNode>();
        node.Fill(query, key, value, output, logSumExp, offsets, window);
        Tape.Record(node, output);
        return output;
    }

    /// <inheritdoc/>
    public Tensor CausalConv1d(Tensor input, Tensor weight, SequenceOffsets offsets, ReadOnlySpan<ConvState> states)
    {
        var output = _direct.CausalConv1d(input, weight, offsets, states);
        if (Tape.Needs(input) || Tape.Needs(weight))
        {
            RequireNoStates(states.Length, "convolution");
            var node = Tape.Rent<CausalConv1dNode>();
            node.Fill(input, weight, offsets);
            Tape.Record(node, output);
        }

        return output;
    }

    /// <inheritdoc/>
    public Tensor SelectiveScan(
        Tensor x, Tensor z, Tensor dt, Tensor dtBias, Tensor aLog, Tensor b, Tensor c, Tensor d, SequenceOffsets offsets, int chunkSize, ReadOnlySpan<SsmState> states)
    {
        var output = _direct.SelectiveScan(x, z, dt, dtBias, aLog, b, c, d, offsets, chunkSize, states);
        if (Tape.Needs(x) || Tape.Needs(z) || Tape.Needs(dt) || Tape.Needs(dtBias) || Tape.Needs(aLog) || Tape.Needs(b) || Tape.Needs(c) || Tape.Needs(d))
        {
            RequireNoStates(states.Length, "scan");
            var node = Tape.Rent<SelectiveScanNode>();
            node.Fill(x, z, dt, dtBias, aLog, b, c, d, offsets, chunkSize);
            Tape.Record(node, output);
        }

        return output;
    }

    /// <inheritdoc/>
    public Tensor GatherRows(Tensor input, ReadOnlySpan<int> rows)
    {
        var output = _direct.GatherRows(input, rows);
        if (Tape.Needs(input))
        {
            var node = Tape.Rent<EmbeddingNode>();
            node.Fill(rows, input);
            Tape.Record(node, output);
        }

        return output;
    }

    /// <inheritdoc/>
    public Tensor Segment<TContext>(ISegment<TContext> segment, Tensor input, TContext context)
        where TContext : class
    {
        ArgumentNullException.ThrowIfNull(segment);
        if (!Recomputes || !Tape.IsRecording)
        {
            return segment.Run(this, input, context);
        }

        var firstDropout = _dropoutCount;
        Tensor output;
        using (Tape.NoGradient())
        {
            output = segment.Run(this, input, context);
        }

        var node = Tape.Rent<SegmentNode<TContext>>();
        node.Fill(this, segment, input, context, firstDropout);
        Tape.Record(node, output);
        return output;
    }

    private static Tensor ValuesOf(LinearWeight weight) => weight is TensorWeight dense
        ? dense.Values
        : throw new NotSupportedException($"gradients go through dense weights, not through {weight.GetType().Name}");

    private static void RequireNoStates(int states, string what)
    {
        if (states > 0)
        {
            throw new NotSupportedException($"a recorded {what} runs over whole sequences: states and caches belong to generation, without a tape");
        }
    }
}
