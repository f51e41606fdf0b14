using System.Globalization;
using System.Text.Json;

namespace PlamoNative.Engine.Formats;

/// <summary>
/// Writes the weights of a Hugging Face folder as a stream: one <c>model.safetensors</c> if all fits in one shard, else numbered shards and their index.
/// Give it the staging path of an <see cref="AtomicFolder"/>, so that the folder appears as a whole.
/// </summary>
public sealed class SafetensorsFolderWriter : IDisposable
{
    private readonly string _folder;
    private readonly List<TensorDeclaration[]> _shards;
    private readonly IReadOnlyDictionary<string, string> _metadata;
    private readonly Dictionary<string, int> _shardOf = new(StringComparer.Ordinal);
    private SafetensorsWriter? _writer;
    private int _current = -1;

    private SafetensorsFolderWriter(string folder, List<TensorDeclaration[]> shards, IReadOnlyDictionary<string, string> metadata)
    {
        _folder = folder;
        _shards = shards;
        _metadata = metadata;
        Tensors = [.. shards.SelectMany(static shard => SafetensorsLayout.Order(shard))];
        for (var i = 0; i < shards.Count; i++)
        {
            foreach (var tensor in shards[i])
            {
                if (!_shardOf.TryAdd(tensor.Name, i))
                {
                    throw new ArgumentException($"tensor {OneLine.Clean(tensor.Name)}: the name is taken", nameof(shards));
                }
            }
        }
    }

    /// <summary>The declared tensors in the order in which their bytes must come.</summary>
    public IReadOnlyList<TensorDeclaration> Tensors { get; }

    /// <summary>Plans the shards; nothing is written before the first tensor's bytes.</summary>
    /// <param name="folder">An existing folder.</param>
    /// <param name="tensors">All tensors; shards are filled in this order.</param>
    /// <param name="metadata">Strings for <c>__metadata__</c> of every shard; by default the format mark that the field's own loader demands.</param>
    /// <param name="maxShardBytes">Bytes of data above which a new shard begins; a larger tensor has a shard of its own.</param>
    /// <exception cref="ArgumentException">A name is used twice, a type is a block type, or a shape has no size.</exception>
    public static SafetensorsFolderWriter Create(
        string folder,
        IEnumerable<TensorDeclaration> tensors,
        IReadOnlyDictionary<string, string>? metadata = null,
        long maxShardBytes = 5_000_000_000)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxShardBytes);
        var shards = new List<TensorDeclaration[]>();
        var shard = new List<TensorDeclaration>();
        var bytes = 0L;
        foreach (var tensor in tensors)
        {
            if (shard.Count > 0 && tensor.ByteLength > maxShardBytes - bytes)
            {
                shards.Add([.. shard]);
                shard.Clear();
                bytes = 0;
            }

            shard.Add(tensor);
            bytes += tensor.ByteLength;
        }

        shards.Add([.. shard]);
        return new SafetensorsFolderWriter(folder, shards, metadata ?? new Dictionary<string, string> { ["format"] = "pt" });
    }

    /// <summary>Writes the next bytes of a tensor.</summary>
    /// <exception cref="InvalidOperationException">Another tensor's bytes are due, or the tensor has all its bytes.</exception>
    /// <exception cref="IOException">The disk is full or fails.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public void Append(string name, ReadOnlySpan<byte> data) => Enter(name).Append(name, data);

    /// <summary>Writes the next <paramref name="length"/> bytes of a tensor from memory of any size; see the other overload.</summary>
    public unsafe void Append(string name, byte* data, long length) => Enter(name).Append(name, data, length);

    /// <summary>Finishes the last shard and writes the index.</summary>
    /// <exception cref="InvalidOperationException">Bytes of some tensor are missing.</exception>
    /// <exception cref="IOException">The disk is full or fails.</exception>
    public void Complete()
    {
        Advance(_shards.Count - 1);
        _writer?.Complete();
        _writer?.Dispose();
        _writer = null;
        if (_shards.Count > 1)
        {
            AtomicFile.Write(Path.Combine(_folder, SafetensorsFolder.IndexFile), WriteIndex);
        }
    }

    /// <summary>Gives the shard that is being written up.</summary>
    public void Dispose() => _writer?.Dispose();

    private SafetensorsWriter Enter(string name)
    {
        if (!_shardOf.TryGetValue(name, out var shard) || shard < _current)
        {
            throw new InvalidOperationException($"{_folder}: tensor {OneLine.Clean(name)} was not declared, or was already written");
        }

        Advance(shard);
        return _writer!;
    }

    private void Advance(int shard)
    {
        while (_current < shard)
        {
            _writer?.Complete();
            _writer?.Dispose();
            _current++;
            _writer = SafetensorsWriter.Create(Path.Combine(_folder, FileName(_current)), _shards[_current], _metadata);
        }
    }

    private string FileName(int shard) => _shards.Count == 1
        ? SafetensorsFolder.SingleFile
        : string.Create(CultureInfo.InvariantCulture, $"model-{shard + 1:D5}-of-{_shards.Count:D5}.safetensors");

    private void WriteIndex(Stream stream)
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" });
        json.WriteStartObject();
        json.WriteStartObject("metadata"u8);
        json.WriteNumber("total_size"u8, _shards.Sum(static shard => shard.Sum(static tensor => tensor.ByteLength)));
        json.WriteEndObject();
        json.WriteStartObject("weight_map"u8);
        foreach (var (name, shard) in _shardOf.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            json.WriteString(name, FileName(shard));
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}
