using System.Text.Json.Nodes;
using PlamoNative.Engine;
using PlamoNative.Runtime.Checkpoints;
using PlamoNative.Tests;
using PlamoNative.Training.Data;
using PlamoNative.Training.Models;

namespace PlamoNative.Training.Tests.Oracle;

/// <summary>Golden training cases: models, batches and the error measure of their README.</summary>
internal static class OracleBatch
{
    /// <summary>The packed batch of a JSON object.</summary>
    internal static TrainingBatch Of(JsonNode node)
    {
        var (tokens, targets, offsets) = (Ints(node["tokens"]!), Ints(node["targets"]!), Ints(node["sequence_offsets"]!));
        var batch = new TrainingBatch();
        for (var s = 0; s + 1 < offsets.Length; s++)
        {
            batch.Add(tokens.AsSpan(offsets[s]..offsets[s + 1]), targets.AsSpan(offsets[s]..offsets[s + 1]));
        }

        return batch;
    }

    internal static JsonNode Json(string relativePath) => JsonNode.Parse(File.ReadAllText(SharedData.Require(relativePath)))!;

    internal static TrainableModel Model(string relativePath, Device device, DType precision)
    {
        using var loaded = ModelLoader.Open(SharedData.Require(relativePath), device);
        return TrainableModel.Create(new ModelWeightSource(loaded.Model), device, precision);
    }

    internal static double Number(JsonNode node, string name) => node[name]!.GetValue<double>();

    internal static double[] Values(Tensor tensor) => tensor.DType == DType.Float64
        ? tensor.AsSpan<double>().ToArray()
        : Array.ConvertAll(tensor.AsSpan<float>().ToArray(), static value => (double)value);

    /// <summary>‖ours - golden‖ / ‖golden‖.</summary>
    internal static double RelativeError(ReadOnlySpan<double> ours, ReadOnlySpan<double> golden)
    {
        var (difference, norm) = (0.0, 0.0);
        for (var i = 0; i < golden.Length; i++)
        {
            difference += (ours[i] - golden[i]) * (ours[i] - golden[i]);
            norm += golden[i] * golden[i];
        }

        return norm == 0 ? Math.Sqrt(difference) : Math.Sqrt(difference / norm);
    }

    private static int[] Ints(JsonNode node) => [.. node.AsArray().Select(static value => value!.GetValue<int>())];
}
