using PlamoNative.Engine;

namespace PlamoNative.Runtime.Models;

/// <summary>What a model will need, computed from its shape before anything is loaded. All in bytes.</summary>
/// <param name="Weights">All tensors; mapped files need it too when every page is touched.</param>
/// <param name="KvCache">Keys and values of the sequences: windows count up to their size.</param>
/// <param name="SsmState">States of the scans.</param>
/// <param name="ConvState">States of the convolutions.</param>
/// <param name="Workspace">Activations of the widest moment of a prefill chunk, logits of its last token included.</param>
public sealed record MemoryEstimate(long Weights, long KvCache, long SsmState, long ConvState, long Workspace)
{
    /// <summary>The sum of all parts.</summary>
    public long Total => Weights + KvCache + SsmState + ConvState + Workspace;

    /// <summary>Estimates the need of running a model.</summary>
    /// <param name="configuration">The shape.</param>
    /// <param name="weightType">How matrices are stored; everything else is float32.</param>
    /// <param name="contextLength">Tokens of each sequence.</param>
    /// <param name="sequences">Sequences at a time.</param>
    /// <param name="prefillChunk">Tokens of a prefill step.</param>
    public static MemoryEstimate Of(Plamo2Configuration configuration, DType weightType, long contextLength, int sequences = 1, int prefillChunk = 512)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var weights = WeightTable.All(configuration).Sum(slot => StoredBytes(slot, weightType));
        return WithWeights(configuration, weights, weightType == DType.Float64 ? DType.Float64 : DType.Float32, contextLength, sequences, prefillChunk);
    }

    /// <summary>Estimates the need of running a model whose weights' size is known, from its files say.</summary>
    public static MemoryEstimate WithWeights(
        Plamo2Configuration configuration, long weights, DType activationType, long contextLength, int sequences = 1, int prefillChunk = 512)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var c = configuration;
        var kinds = c.LayerKinds();
        var mamba = kinds.LongCount(static kind => kind == LayerKind.Mamba);
        var kept = kinds.Sum(kind => kind switch
        {
            LayerKind.FullAttention => contextLength,
            LayerKind.WindowAttention => Math.Min(contextLength, c.VisibleWindow),
            _ => 0,
        });
        long element = activationType.BlockBytes();
        return new MemoryEstimate(
            weights,
            checked(sequences * kept * 2 * c.KeyValueHeads * c.HeadSize * element),
            checked(sequences * mamba * c.InnerSize * c.StateSize * element),
            checked(sequences * mamba * c.InnerSize * (c.ConvKernelSize - 1) * element),
            checked(element * ((Math.Min(prefillChunk, contextLength) * WidestMoment(c)) + ((long)sequences * c.VocabSize))));
    }

    /// <summary>The most tokens of one sequence whose caches and workspace fit into <paramref name="memory"/> bytes; at least 1.</summary>
    internal static long LongestContext(Plamo2Configuration configuration, DType activationType, long memory)
    {
        // Only caches without a window grow for ever. Halving the range finds where they no longer fit.
        var (fits, tooLong) = (1L, configuration.MaxPositionEmbeddings == long.MaxValue ? long.MaxValue : configuration.MaxPositionEmbeddings + 1);
        while (tooLong - fits > 1)
        {
            var middle = fits + ((tooLong - fits) / 2);
            if (Fits(middle))
            {
                fits = middle;
            }
            else
            {
                tooLong = middle;
            }
        }

        return fits;

        bool Fits(long length)
        {
            try
            {
                return WithWeights(configuration, 0, activationType, length).Total <= memory;
            }
            catch (OverflowException)
            {
                return false;
            }
        }
    }

    /// <summary>Number of parameters of a shape; a head that is tied counts once.</summary>
    public static long ParameterCount(Plamo2Configuration configuration) => WeightTable.All(configuration).Sum(static slot => slot.ElementCount);

    /// <summary>Bytes of a tensor when matrices are stored as <paramref name="weightType"/>; rows that are no whole blocks stay half precision.</summary>
    private static long StoredBytes(WeightSlot slot, DType weightType)
    {
        var type = slot.Role != WeightRole.Linear && weightType != DType.Float64 ? DType.Float32
            : slot.RowLength % weightType.BlockSize() != 0 ? DType.Float16
            : weightType;
        return type.Bytes(slot.ElementCount);
    }

    /// <summary>Floats a token needs at once: the residual stream twice, and the most of MLP, Mamba mixer and attention.</summary>
    private static long WidestMoment(Plamo2Configuration c)
    {
        var mlp = (3L * c.IntermediateSize) + c.HiddenSize;
        var mamba = (4L * c.InnerSize) + (2L * ((2L * c.StateSize) + c.TimeStepRank)) + c.SsmHeads + c.HiddenSize;
        var attention = (2L * c.QkvFeatures) + ((long)c.QueryHeads * c.HeadSize) + c.HiddenSize;
        return (2L * c.HiddenSize) + Math.Max(mlp, Math.Max(mamba, attention));
    }
}
