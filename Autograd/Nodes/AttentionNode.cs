using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Autograd;

/// <summary>Flash attention without caches; keeps its inputs, its output and the log-sum-exp of each row.</summary>
internal sealed class AttentionNode : Node
{
    private SavedTensor _query;
    private SavedTensor _key;
    private SavedTensor _value;
    private SavedTensor _output;
    private SavedTensor _logSumExp;
    private GradientInput _ofQuery;
    private GradientInput _ofKey;
    private GradientInput _ofValue;
    private SequenceOffsets _offsets = SequenceOffsets.Single(0);
    private int? _window;

    public override string Name => "attention";

    internal void Fill(Tensor query, Tensor key, Tensor value, Tensor output, Tensor logSumExp, SequenceOffsets offsets, int? window)
    {
        (_ofQuery, _ofKey, _ofValue) = (Input(query), Input(key), Input(value));
        (_query, _key, _value) = (Save(query), Save(key), Save(value));
        (_output, _logSumExp) = (Save(output), Save(logSumExp));
        (_offsets, _window) = (offsets, window);
    }

    public override void Backward()
    {
        using var query = new OverwriteTarget(this, _ofQuery, _query.Value);
        using var key = new OverwriteTarget(this, _ofKey, _key.Value);
        using var value = new OverwriteTarget(this, _ofValue, _value.Value);
        FlashAttentionBackward.Run(
            _query.Value, _key.Value, _value.Value, _output.Value, _logSumExp.Value, OutputGradient, _offsets, _window, query.Tensor, key.Tensor, value.Tensor);
    }
}
