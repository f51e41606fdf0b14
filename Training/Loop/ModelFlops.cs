using PlamoNative.Runtime.Models;
using PlamoNative.Training.Data;

namespace PlamoNative.Training.Loop;

/// <summary>
/// Model FLOPs of a batch, by the field's convention: three times the forward pass' (forward, gradient of inputs, gradient of weights), of the matrices, the
/// visible attention pairs and the scan's recurrence; nothing that is recomputed counts, nor norms, gates and other element-wise work.
/// </summary>
/// <remarks>
/// Forward: 2 a token and matrix element (a tied embedding counts once, as the head; a lookup is no FLOP); <c>4 P Hq</c> a pair of query and visible key;
/// <c>4 H P N</c> a token and Mamba layer: the state's update with x ⊗ B and its product with C.
/// </remarks>
public sealed class ModelFlops
{
    private readonly long _matrixElements;
    private readonly long _perPair;
    private readonly long _scan;
    private readonly int? _window;
    private readonly int _windowLayers;
    private readonly int _fullLayers;

    /// <summary>Counts for a shape.</summary>
    public ModelFlops(Plamo2Configuration c)
    {
        ArgumentNullException.ThrowIfNull(c);
        var embedding = WeightTable.Embedding(c);
        _matrixElements = WeightTable.All(c)
            .Where(slot => slot.Role == WeightRole.Linear && (c.TieWordEmbeddings || slot.Name != embedding.Name))
            .Sum(static slot => slot.ElementCount);
        var kinds = c.LayerKinds();
        _windowLayers = kinds.Count(static kind => kind == LayerKind.WindowAttention);
        _fullLayers = kinds.Count(static kind => kind == LayerKind.FullAttention);
        _window = c.VisibleWindow;
        _perPair = 4L * c.HeadSize * c.QueryHeads;
        _scan = kinds.Count(static kind => kind == LayerKind.Mamba) * 4L * c.InnerSize * c.StateSize;
    }

    /// <summary>Of forward and backward over a packed batch.</summary>
    public double Of(TrainingBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var pairs = 0.0;
        var borders = batch.SequenceOffsets;
        for (var s = 0; s < batch.SequenceCount; s++)
        {
            long length = borders[s + 1] - borders[s];
            pairs += (_fullLayers * Pairs(length, long.MaxValue)) + (_windowLayers * Pairs(length, _window ?? long.MaxValue));
        }

        return 3 * ((batch.Tokens.Length * ((2.0 * _matrixElements) + _scan)) + (pairs * _perPair));
    }

    /// <summary>Pairs (i, j) with 0 &lt;= i - j &lt;= window in a sequence.</summary>
    private static double Pairs(long length, long window)
    {
        var keys = Math.Min(length, window == long.MaxValue ? length : window + 1);
        return (keys * (keys + 1) / 2.0) + ((length - keys) * (double)keys);
    }
}
