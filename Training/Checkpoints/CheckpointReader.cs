using System.Text.Json;
using System.Text.Json.Nodes;
using PlamoNative.Engine;
using PlamoNative.Engine.Formats;
using PlamoNative.Training.Models;

namespace PlamoNative.Training.Checkpoints;

/// <summary>Puts a checkpoint's tensors back into a run.</summary>
internal static class CheckpointReader
{
    private const int LargestState = 64 << 20;

    /// <summary>Reads the trainer's state and the data's position.</summary>
    /// <exception cref="ModelFormatException">The file is damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    internal static JsonObject ReadState(string folder)
    {
        var path = StatePath(folder);
        try
        {
            return JsonNode.Parse(InputFile.ReadAllBytes(path, LargestState)) as JsonObject ?? throw new ModelFormatException(path, "content", "a JSON object", "something else");
        }
        catch (JsonException exception)
        {
            throw new ModelFormatException(path, "content", "JSON", exception.Message.ReplaceLineEndings(" "));
        }
    }

    internal static string StatePath(string folder) => Path.Combine(folder, CheckpointFolder.TrainerFolder, CheckpointFolder.StateFile);

    /// <summary>Copies every tensor; all are checked before the first is changed.</summary>
    /// <exception cref="ModelFormatException">A tensor is missing or of another shape or type.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    internal static void Load(string folder, TrainingTensors tensors, TrainableModel model)
    {
        using var weights = SafetensorsFolder.Open(folder);
        using var others = SafetensorsFile.Open(Path.Combine(folder, CheckpointFolder.TrainerFolder, CheckpointFolder.OptimizerFile));
        var pairs = new List<(TensorEntry Entry, Tensor Tensor)>();
        foreach (var (name, tensor) in tensors.Weights)
        {
            pairs.Add((Checked(weights.Get(name), tensor), tensor));
        }

        foreach (var (name, tensor) in tensors.Others)
        {
            pairs.Add((Checked(others.Get(name), tensor), tensor));
        }

        foreach (var (entry, tensor) in pairs)
        {
            Copy(entry, tensor);
        }

        foreach (var parameter in model.Parameters)
        {
            parameter.MarkModified("the return to a checkpoint");
        }
    }

    private static TensorEntry Checked(TensorEntry entry, Tensor tensor) =>
        entry.DType == tensor.DType && entry.Shape.AsSpan().SequenceEqual(tensor.Shape.Span)
            ? entry
            : throw new ModelFormatException(
                entry.File.Path, $"tensor '{entry.Name}'", tensor.ToString(), $"{entry.DType.Name()}{new Shape(entry.Shape)}: the run was configured otherwise");

    private static unsafe void Copy(TensorEntry entry, Tensor tensor) => tensor.Device.CopyFromHost(entry.Pointer, tensor.Address, entry.ByteLength);
}
