using System.Buffers.Binary;

namespace PlamoNative.Engine.Formats;

/// <summary>Reads metadata and tensor descriptions of a GGUF file that a stranger wrote.</summary>
internal sealed class GgufHeader
{
    /// <summary>Bytes that a metadata entry (key length, one-letter key, type, one byte) and a tensor's description (name length, one letter, rank, type, offset) take at least.</summary>
    private const int LeastValueBytes = 14;
    private const int LeastTensorBytes = 25;

    private readonly MappedFile _file;
    private readonly GgufCursor _cursor;

    private GgufHeader(MappedFile file)
    {
        _file = file;
        _cursor = new GgufCursor(file, 0);
    }

    internal uint Version { get; private set; }

    internal int Alignment { get; private set; } = GgufLimits.DefaultAlignment;

    internal List<GgufValue> Values { get; } = [];

    internal Dictionary<string, GgufValue> ValueByKey { get; } = new(StringComparer.Ordinal);

    internal List<TensorEntry> Entries { get; } = [];

    internal Dictionary<string, TensorEntry> EntryByName { get; } = new(StringComparer.Ordinal);

    internal static GgufHeader Read(MappedFile file)
    {
        var header = new GgufHeader(file);
        header.ReadStart();
        var tensorCount = header.ReadCount("tensor count", LeastTensorBytes);
        var valueCount = header.ReadCount("metadata count", LeastValueBytes);
        header.ReadValues(valueCount);
        header.ReadAlignment();
        var described = new List<Description>();
        for (var i = 0L; i < tensorCount; i++)
        {
            described.Add(header.ReadTensor(i));
        }

        header.Place(described);
        return header;
    }

    private void ReadStart()
    {
        var magic = _cursor.ReadUInt32("magic");
        if (magic != GgufLimits.Magic)
        {
            throw new ModelFormatException(_file.Path, "magic", "the letters GGUF", $"0x{BinaryPrimitives.ReverseEndianness(magic):x8}", 0);
        }

        Version = _cursor.ReadUInt32("version");
        if (Version is < GgufLimits.OldestVersion or > GgufLimits.Version)
        {
            var swapped = BinaryPrimitives.ReverseEndianness(Version);
            var found = swapped is > 0 and <= GgufLimits.Version ? $"version {swapped} in big-endian order" : $"{Version}";
            throw new ModelFormatException(_file.Path, "version", $"{GgufLimits.OldestVersion} or {GgufLimits.Version} in little-endian order", found, sizeof(uint));
        }
    }

    private long ReadCount(string field, int leastBytes)
    {
        var at = _cursor.Position;
        var count = _cursor.ReadCount(field, leastBytes);
        return count <= TensorSize.MaxNames ? count : throw new ModelFormatException(_file.Path, field, $"at most {TensorSize.MaxNames}", $"{count}", at);
    }

    private void ReadValues(long count)
    {
        for (var i = 0L; i < count; i++)
        {
            var at = _cursor.Position;
            var key = _cursor.ReadString($"key {i} of the metadata", TensorSize.MaxNameBytes);
            var type = _cursor.ReadValueType($"metadata '{key}' type");
            var value = new GgufValue(key, type, _cursor);
            if (!ValueByKey.TryAdd(key, value))
            {
                throw new ModelFormatException(_file.Path, $"metadata '{key}'", "a key that is used once", "the key a second time", at);
            }

            Values.Add(value);
        }
    }

    private void ReadAlignment()
    {
        if (!ValueByKey.TryGetValue(GgufLimits.AlignmentKey, out var value))
        {
            return;
        }

        var alignment = value.ToInt64();
        if (alignment is < 1 or > GgufLimits.MaxAlignment || !long.IsPow2(alignment))
        {
            throw new ModelFormatException(_file.Path, $"metadata '{value.Key}'", $"a power of two up to {GgufLimits.MaxAlignment}", $"{alignment}");
        }

        Alignment = (int)alignment;
    }

    private Description ReadTensor(long index)
    {
        var at = _cursor.Position;
        var name = _cursor.ReadString($"name of tensor {index}", TensorSize.MaxNameBytes);
        var field = $"tensor '{name}'";
        var rank = _cursor.ReadUInt32($"{field} dimension count");
        if (rank > GgufLimits.MaxRank)
        {
            throw new ModelFormatException(_file.Path, $"{field} dimension count", $"at most {GgufLimits.MaxRank}", $"{rank}", at);
        }

        // The file lists the fastest dimension first.
        var shape = new long[rank];
        for (var i = shape.Length - 1; i >= 0; i--)
        {
            shape[i] = (long)_cursor.ReadUInt64($"{field} dimensions");
        }

        var dtype = GgufLimits.Parse(_cursor.ReadUInt32($"{field} type"), out var typeName)
            ?? throw new ModelFormatException(_file.Path, $"{field} type", GgufLimits.DTypes, typeName, at);
        if (TensorSize.TryBytes(shape, dtype, out var bytes) is { } problem)
        {
            throw new ModelFormatException(_file.Path, $"{field} dimensions", $"sizes that a file of {dtype.Name()} can hold", problem, at);
        }

        var offset = _cursor.ReadUInt64($"{field} offset");
        if (offset % (ulong)Alignment != 0)
        {
            throw new ModelFormatException(_file.Path, $"{field} offset", $"a multiple of the alignment {Alignment}", $"{offset}", at);
        }

        return new Description(name, dtype, shape, offset, bytes);
    }

    /// <summary>Offsets count from the data section; tensors may have gaps between them but no byte in common.</summary>
    private void Place(List<Description> described)
    {
        var dataStart = GgufLimits.Align(_cursor.Position, Alignment);
        var dataLength = Math.Max(0, _file.Length - dataStart);
        foreach (var tensor in described)
        {
            if (tensor.Bytes > dataLength || tensor.Offset > (ulong)(dataLength - tensor.Bytes))
            {
                throw new ModelFormatException(
                    _file.Path, $"tensor '{tensor.Name}' offset", $"{tensor.Bytes} bytes inside the {dataLength} bytes of data in the file", $"offset {tensor.Offset}");
            }

            var entry = new TensorEntry(_file, tensor.Name, tensor.DType, tensor.Shape, dataStart + (long)tensor.Offset, tensor.Bytes);
            if (!EntryByName.TryAdd(tensor.Name, entry))
            {
                throw new ModelFormatException(_file.Path, $"tensor '{tensor.Name}'", "a name that is used once", "the name a second time");
            }

            Entries.Add(entry);
        }

        CheckOverlaps();
    }

    private void CheckOverlaps()
    {
        TensorEntry? before = null;
        foreach (var entry in Entries.Where(static entry => entry.ByteLength > 0).OrderBy(static entry => entry.Offset))
        {
            if (before is not null && entry.Offset < before.Offset + before.ByteLength)
            {
                throw new ModelFormatException(
                    _file.Path, $"tensor '{entry.Name}' offset", $"bytes of its own, after those of tensor '{before.Name}'", "an overlap", entry.Offset);
            }

            before = entry;
        }
    }

    private sealed record Description(string Name, DType DType, long[] Shape, ulong Offset, long Bytes);
}
