using System.Diagnostics.CodeAnalysis;

namespace PlamoNative.Engine.Formats;

/// <summary>
/// The weights of a Hugging Face folder: <c>model.safetensors</c>, or the shards that <c>model.safetensors.index.json</c> lists. All files are mapped and
/// checked when the folder is opened.
/// </summary>
public sealed class SafetensorsFolder : IDisposable
{
    /// <summary>The name of unsharded weights.</summary>
    public const string SingleFile = "model.safetensors";

    /// <summary>The name of the index of sharded weights.</summary>
    public const string IndexFile = "model.safetensors.index.json";

    private readonly Dictionary<string, TensorEntry> _byName = new(StringComparer.Ordinal);
    private readonly List<TensorEntry> _entries = [];
    private readonly List<SafetensorsFile> _files = [];

    private SafetensorsFolder(string path) => Path = path;

    /// <summary>The folder as it was given.</summary>
    public string Path { get; }

    /// <summary>All tensors: those of the single file, or those that the index lists.</summary>
    public IReadOnlyList<TensorEntry> Entries => _entries;

    /// <summary>The mapped files.</summary>
    public IReadOnlyList<SafetensorsFile> Files => _files;

    /// <summary>Opens the weights of a folder. Unsharded weights win when both kinds are there, as they do for the field's own loader.</summary>
    /// <exception cref="ModelFormatException">There are no weights, a shard or a listed tensor is missing, or a file is not valid.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    public static SafetensorsFolder Open(string path)
    {
        var folder = new SafetensorsFolder(path);
        try
        {
            folder.Load();
            return folder;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Finds a tensor by name.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out TensorEntry? entry) => _byName.TryGetValue(name, out entry);

    /// <summary>The tensor of that name.</summary>
    /// <exception cref="ModelFormatException">No file holds it.</exception>
    public TensorEntry Get(string name) =>
        TryGet(name, out var entry) ? entry : throw new ModelFormatException(Path, $"tensor '{name}'", "a tensor of this name", "none");

    /// <summary>Gives the references to all maps back; whoever uses tensors longer adds one to <see cref="TensorEntry.File"/>.</summary>
    public void Dispose()
    {
        foreach (var file in _files)
        {
            file.Dispose();
        }
    }

    private void Load()
    {
        var single = System.IO.Path.Combine(Path, SingleFile);
        var index = System.IO.Path.Combine(Path, IndexFile);
        if (FileKinds.Of(single) != FileKind.Missing)
        {
            var file = SafetensorsFile.Open(single);
            _files.Add(file);
            foreach (var entry in file.Entries)
            {
                Add(entry);
            }
        }
        else if (FileKinds.Of(index) != FileKind.Missing)
        {
            LoadShards(ShardIndex.Read(index));
        }
        else
        {
            throw new ModelFormatException(Path, "weights", $"{SingleFile} or {IndexFile}", Directory.Exists(Path) ? "neither" : "no such folder");
        }
    }

    private void LoadShards(ShardIndex index)
    {
        var shards = new Dictionary<string, SafetensorsFile>(StringComparer.Ordinal);
        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, shard) in index.WeightMapEntries)
        {
            if (!shards.TryGetValue(shard, out var file))
            {
                file = OpenShard(index, name, shard);
                shards.Add(shard, file);
                foreach (var held in file.Entries)
                {
                    if (!owners.TryAdd(held.Name, shard))
                    {
                        throw new ModelFormatException(file.Path, $"tensor '{held.Name}'", "a name that one shard holds", $"the same name in {owners[held.Name]}");
                    }
                }
            }

            if (!file.TryGet(name, out var entry))
            {
                throw new ModelFormatException(file.Path, $"tensor '{name}'", $"a tensor of this name, as {IndexFile} says", "none");
            }

            Add(entry);
        }
    }

    private SafetensorsFile OpenShard(ShardIndex index, string name, string shard)
    {
        var path = System.IO.Path.Combine(Path, shard);
        if (FileKinds.Of(path) == FileKind.Missing)
        {
            throw new ModelFormatException(index.Path, $"weight_map '{name}'", $"the file {shard}", "no such file");
        }

        var file = SafetensorsFile.Open(path);
        _files.Add(file);
        return file;
    }

    private void Add(TensorEntry entry)
    {
        _entries.Add(entry);
        _byName.Add(entry.Name, entry);
    }
}
