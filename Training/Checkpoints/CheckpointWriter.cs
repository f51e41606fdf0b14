using System.Text.Json.Nodes;
using PlamoNative.Engine;
using PlamoNative.Engine.Formats;
using PlamoNative.Runtime.Checkpoints;
using PlamoNative.Runtime.Models;
using PlamoNative.Runtime.Tokenization;

namespace PlamoNative.Training.Checkpoints;

/// <summary>
/// Writes checkpoints while training goes on: the tensors are copied, the copy is written by another thread. One at a time; a folder appears whole or not at
/// all, and older ones are removed only after it has appeared.
/// </summary>
internal sealed class CheckpointWriter : IDisposable
{
    private readonly string _folder;
    private readonly Plamo2Configuration _configuration;
    private readonly PlamoTokenizer _tokenizer;
    private readonly TrainingTensors _tensors;
    private readonly int _keep;
    private readonly Dictionary<string, Tensor> _copies = new(StringComparer.Ordinal);
    private CpuDevice? _host;
    private Task<(long Step, string Folder)>? _running;

    /// <param name="folder">Where checkpoints lie.</param>
    /// <param name="configuration">The model's shape.</param>
    /// <param name="tokenizer">Written beside the weights.</param>
    /// <param name="tensors">What is kept.</param>
    /// <param name="keep">How many stay, the newest ones.</param>
    internal CheckpointWriter(string folder, Plamo2Configuration configuration, PlamoTokenizer tokenizer, TrainingTensors tensors, int keep)
    {
        (_folder, _configuration, _tokenizer, _tensors, _keep) = (folder, configuration, tokenizer, tensors, keep);
    }

    /// <summary>Copies the tensors and starts writing; the one before must have been collected.</summary>
    /// <param name="step">The step that is done.</param>
    /// <param name="state">The trainer's state and the data's position.</param>
    /// <param name="protectedStep">A step whose checkpoint stays however old; -1: none.</param>
    internal void Begin(long step, JsonObject state, long protectedStep)
    {
        if (_running is not null)
        {
            throw new InvalidOperationException("a checkpoint is being written");
        }

        foreach (var (name, tensor) in _tensors.All)
        {
            if (!_copies.TryGetValue(name, out var copy))
            {
                _copies.Add(name, copy = Tensor.Allocate(HostOf(tensor.Device), tensor.Shape, tensor.DType));
            }

            copy.CopyFrom(tensor);
        }

        _running = Task.Run(() => Write(step, state, protectedStep));
    }

    /// <summary>The checkpoint that has been completed since the last call; null if there is none.</summary>
    /// <param name="wait">Wait for one that is being written.</param>
    /// <exception cref="IOException">It could not be written; the older ones are as they were.</exception>
    internal (long Step, string Folder)? Collect(bool wait)
    {
        if (_running is null || (!wait && !_running.IsCompleted))
        {
            return null;
        }

        var running = _running;
        _running = null;
        return running.GetAwaiter().GetResult();
    }

    /// <summary>Writes the current weights alone as a model folder.</summary>
    internal void WriteModel(string path) =>
        HuggingFaceWriter.Save(path, Weights(_tensors.Weights), _tokenizer);

    public void Dispose()
    {
        if (_running is not null)
        {
            Task.WaitAny(_running);
        }

        foreach (var copy in _copies.Values)
        {
            copy.Dispose();
        }

        _host?.Dispose();
    }

    // What is written in the background lies in the processor's memory, wherever the run trains.
    private Device HostOf(Device device) => device.IsHostMemory ? device : _host ??= new CpuDevice(threadCount: 1);

    private SnapshotWeights Weights(IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        var byName = tensors.ToDictionary(StringComparer.Ordinal);
        return new SnapshotWeights(_configuration, byName, byName[WeightTable.Embedding(_configuration).Name].DType);
    }

    private (long Step, string Folder) Write(long step, JsonObject state, long protectedStep)
    {
        var path = CheckpointFolder.Of(_folder, step);
        using (var folder = AtomicFolder.Create(path))
        {
            HuggingFaceWriter.Save(folder.StagingPath, Weights(_tensors.Weights.Select(pair => new KeyValuePair<string, Tensor>(pair.Key, _copies[pair.Key]))), _tokenizer);
            var trainer = Path.Combine(folder.StagingPath, CheckpointFolder.TrainerFolder);
            FileErrors.NameWriting(trainer, () => Directory.CreateDirectory(trainer));
            WriteOthers(Path.Combine(trainer, CheckpointFolder.OptimizerFile));
            AtomicFile.WriteAllText(Path.Combine(trainer, CheckpointFolder.StateFile), state.ToJsonString() + "\n");
            folder.Commit();
        }

        Retire(step, protectedStep);
        return (step, path);
    }

    private unsafe void WriteOthers(string path)
    {
        using var writer = SafetensorsWriter.Create(
            path, _tensors.Others.Select(static pair => new TensorDeclaration(pair.Key, pair.Value.DType, pair.Value.Shape.Span.ToArray())));
        foreach (var declaration in writer.Tensors)
        {
            writer.Append(declaration.Name, _copies[declaration.Name].Pointer, declaration.ByteLength);
        }

        writer.Complete();
    }

    private void Retire(long newest, long protectedStep)
    {
        var all = CheckpointFolder.List(_folder);
        foreach (var (step, folder) in all.Take(Math.Max(0, all.Count - _keep)))
        {
            if (step != protectedStep && step != newest)
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }
}
