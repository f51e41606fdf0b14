using System.Text.Json;
using PlamoNative.Cli.Rendering;
using PlamoNative.Engine;
using PlamoNative.Runtime.Checkpoints;
using PlamoNative.Runtime.Models;

namespace PlamoNative.Cli.Verbs;

/// <summary>A model's shape and size, and the memory that running it will take.</summary>
/// <param name="Name">Path or preset.</param>
/// <param name="Note">A remark, or null.</param>
/// <param name="Configuration">The shape.</param>
/// <param name="BytesByType">Bytes of weights by the type they are stored in, most first.</param>
/// <param name="TokenizerRows">Rows of the tokenizer; null without one.</param>
/// <param name="ContextLength">Tokens of the sequence that memory is planned for.</param>
/// <param name="Memory">What it needs.</param>
internal sealed record ModelFacts(
    string Name,
    string? Note,
    Plamo2Configuration Configuration,
    IReadOnlyList<(DType Type, long Bytes)> BytesByType,
    int? TokenizerRows,
    long ContextLength,
    MemoryEstimate Memory)
{
    /// <summary>Facts of a model whose files are mapped; nothing of its matrices has been read.</summary>
    internal static ModelFacts Of(LoadedModel model, int contextLength)
    {
        var types = model.Model.Parameters.GroupBy(static parameter => parameter.Values.DType)
            .Select(static group => (group.Key, group.Sum(static parameter => parameter.ByteLength)))
            .OrderByDescending(static pair => pair.Item2);
        var memory = MemoryEstimate.WithWeights(model.Configuration, model.Model.ByteLength, model.Model.ActivationType, contextLength);
        return new ModelFacts(model.Path, null, model.Configuration, [.. types], model.Tokenizer?.Count, contextLength, memory);
    }

    /// <summary>Facts of a shape that nobody has made yet.</summary>
    internal static ModelFacts Of(Plamo2Preset preset, DType type, int contextLength)
    {
        var memory = MemoryEstimate.Of(preset.Configuration, type, contextLength);
        return new ModelFacts(preset.Name, preset.Note, preset.Configuration, [(type, memory.Weights)], null, contextLength, memory);
    }

    internal void Describe(FactSheet sheet)
    {
        var c = Configuration;
        var kinds = c.LayerKinds();
        sheet.Group("model");
        sheet.Add("name", Name);
        if (Note is not null)
        {
            sheet.Add("note", Note);
        }

        sheet.Add("parameters", Units.Count(MemoryEstimate.ParameterCount(c)));
        sheet.Add("vocabulary", TokenizerRows is { } rows ? $"{c.VocabSize} ({rows} tokens in the tokenizer)" : $"{c.VocabSize}");
        sheet.Add("hidden size", $"{c.HiddenSize}, MLP {c.IntermediateSize}");
        sheet.Add(
            "layers",
            $"{c.LayerCount}: {kinds.Count(static kind => kind == LayerKind.Mamba)} Mamba, {kinds.Count(static kind => kind == LayerKind.WindowAttention)} window attention, "
            + $"{kinds.Count(static kind => kind == LayerKind.FullAttention)} full attention");
        sheet.Add("attention", $"{c.QueryHeads} query heads, {c.KeyValueHeads} key-value heads of {c.HeadSize}, window {c.WindowSize}");
        sheet.Add("Mamba", $"{c.SsmHeads} heads of {c.HeadSize}, state {c.StateSize}, convolution {c.ConvKernelSize}");
        sheet.Add("weights", string.Join(", ", BytesByType.Select(static pair => $"{pair.Type.Name()} {Units.Bytes(pair.Bytes)}")));
        sheet.Group($"memory for one sequence of {ContextLength} tokens");
        sheet.Add("weights", Units.Bytes(Memory.Weights));
        sheet.Add("KV cache", Units.Bytes(Memory.KvCache));
        sheet.Add("SSM state", Units.Bytes(Memory.SsmState + Memory.ConvState));
        sheet.Add("activations", Units.Bytes(Memory.Workspace));
        sheet.Add("total", Units.Bytes(Memory.Total));
    }

    internal void Write(Utf8JsonWriter writer)
    {
        var c = Configuration;
        writer.WriteStartObject("model");
        writer.WriteString("name", Name);
        writer.WriteString("note", Note);
        writer.WriteNumber("parameters", MemoryEstimate.ParameterCount(c));
        writer.WriteNumber("vocab_size", c.VocabSize);
        writer.WriteNumber("hidden_size", c.HiddenSize);
        writer.WriteNumber("intermediate_size", c.IntermediateSize);
        writer.WriteNumber("layers", c.LayerCount);
        writer.WriteStartArray("layer_kinds");
        foreach (var kind in c.LayerKinds())
        {
            writer.WriteStringValue(kind switch { LayerKind.Mamba => "mamba", LayerKind.WindowAttention => "window_attention", _ => "full_attention" });
        }

        writer.WriteEndArray();
        writer.WriteNumber("query_heads", c.QueryHeads);
        writer.WriteNumber("key_value_heads", c.KeyValueHeads);
        writer.WriteNumber("head_size", c.HeadSize);
        writer.WriteNumber("window", c.WindowSize);
        writer.WriteNumber("ssm_heads", c.SsmHeads);
        writer.WriteNumber("state_size", c.StateSize);
        writer.WriteStartObject("dtypes");
        foreach (var (type, bytes) in BytesByType)
        {
            writer.WriteNumber(type.Name(), bytes);
        }

        writer.WriteEndObject();
        WriteMemory(writer);
        writer.WriteEndObject();
    }

    private void WriteMemory(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("memory");
        writer.WriteNumber("context", ContextLength);
        writer.WriteNumber("weights_bytes", Memory.Weights);
        writer.WriteNumber("kv_cache_bytes", Memory.KvCache);
        writer.WriteNumber("ssm_state_bytes", Memory.SsmState);
        writer.WriteNumber("conv_state_bytes", Memory.ConvState);
        writer.WriteNumber("workspace_bytes", Memory.Workspace);
        writer.WriteNumber("total_bytes", Memory.Total);
        writer.WriteEndObject();
    }
}
