using PlamoNative.Engine;
using PlamoNative.Engine.Formats;
using PlamoNative.Runtime.Models;

namespace PlamoNative.Runtime.Checkpoints;

/// <summary>Writes the shape of a model into a GGUF's metadata.</summary>
internal static class GgufConfigurationWriter
{
    internal static GgufMetadata Create(Plamo2Configuration c, DType type, string name)
    {
        var isAttention = c.LayerKinds().Select(static kind => kind != LayerKind.Mamba).ToArray();
        var metadata = new GgufMetadata()
            .Add(GgufKeys.Architecture, GgufKeys.Plamo2)
            .Add(GgufKeys.Name, name)
            .Add(GgufKeys.FileType, FileType(type))
            .Add(GgufKeys.VocabSize, (uint)c.VocabSize)
            .Add(GgufKeys.ContextLength, (uint)Math.Min(c.MaxPositionEmbeddings, uint.MaxValue))
            .Add(GgufKeys.EmbeddingLength, (uint)c.HiddenSize)
            .Add(GgufKeys.BlockCount, (uint)c.LayerCount)
            .Add(GgufKeys.FeedForwardLength, (uint)c.IntermediateSize)
            .Add(GgufKeys.HeadCount, PerLayer(isAttention, c.QueryHeads))
            .Add(GgufKeys.HeadCountKv, PerLayer(isAttention, c.KeyValueHeads))
            .Add(GgufKeys.KeyLength, (uint)c.HeadSize)
            .Add(GgufKeys.ValueLength, (uint)c.HeadSize)
            .Add(GgufKeys.NormEpsilon, (float)c.RmsNormEpsilon)
            .Add(GgufKeys.RopeBase, (float)c.RopeTheta)
            .Add(GgufKeys.RopeDimensions, (uint)c.HeadSize)
            .Add(GgufKeys.SsmStateSize, (uint)c.StateSize)
            .Add(GgufKeys.SsmConvKernel, (uint)c.ConvKernelSize)
            .Add(GgufKeys.SsmTimeStepRank, (uint)c.SsmHeads)
            .Add(GgufKeys.SsmInnerSize, (uint)c.InnerSize)
            .Add(GgufKeys.SsmGroupCount, 0u)
            .Add(GgufKeys.ScanChunkSize, (uint)c.ScanChunkSize)
            .Add(GgufKeys.SlidingWindow, (uint)c.WindowSize);
        if (type.IsBlockQuantized())
        {
            metadata.Add(GgufKeys.QuantizationVersion, 2u);
        }

        if (c.RopeLocalTheta is { } local)
        {
            metadata.Add(GgufKeys.RopeLocalBase, (float)local);
        }

        if (c.FullAttentionLayers.Count > 0)
        {
            metadata.Add(GgufKeys.FullAttentionLayers, c.FullAttentionLayers.Select(static layer => (uint)layer).ToArray());
        }

        return metadata;
    }

    private static uint[] PerLayer(bool[] isAttention, int heads) => [.. isAttention.Select(attention => attention ? (uint)heads : 0u)];

    /// <summary>The number by which GGUF's tools name the type of most tensors.</summary>
    private static uint FileType(DType type) => type switch
    {
        DType.Float16 => 1,
        DType.Q4_0 => 2,
        DType.Q8_0 => 7,
        DType.BFloat16 => 32,
        _ => 0,
    };
}
