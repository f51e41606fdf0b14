using System.Buffers.Binary;
using System.Text.Json;

namespace PlamoNative.Engine.Formats;

/// <summary>
/// Reads the header of a safetensors file that a stranger wrote. Nothing is allocated by a stated length: the JSON is read where it is mapped, and lists
/// grow with what it really holds.
/// </summary>
internal sealed class SafetensorsHeader
{
    private readonly MappedFile _file;
    private readonly Dictionary<string, TensorEntry> _byName = new(StringComparer.Ordinal);
    private Dictionary<string, string>? _metadata;
    private long _dataStart;

    private SafetensorsHeader(MappedFile file) => _file = file;

    internal Dictionary<string, TensorEntry> ByName => _byName;

    internal List<TensorEntry> Entries { get; } = [];

    internal IReadOnlyDictionary<string, string> Metadata => _metadata ?? [];

    internal static SafetensorsHeader Read(MappedFile file)
    {
        var header = new SafetensorsHeader(file);
        var json = header.FindJson();
        try
        {
            header.ReadObject(json);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            throw new ModelFormatException(file.Path, "header", "JSON", Json.Describe(failure), SafetensorsLimits.LengthBytes, failure);
        }

        header.CheckLayout();
        return header;
    }

    private ReadOnlySpan<byte> FindJson()
    {
        if (_file.Length < SafetensorsLimits.LengthBytes)
        {
            throw new ModelFormatException(_file.Path, "header length", "8 bytes", $"{_file.Length} bytes in the file", 0);
        }

        var length = BinaryPrimitives.ReadUInt64LittleEndian(_file.Span(0, SafetensorsLimits.LengthBytes));
        var limit = Math.Min(SafetensorsLimits.MaxHeaderBytes, _file.Length - SafetensorsLimits.LengthBytes);
        if (length > (ulong)limit)
        {
            throw new ModelFormatException(_file.Path, "header length", $"at most {limit} bytes", $"{length}", 0);
        }

        _dataStart = SafetensorsLimits.LengthBytes + (long)length;
        var json = _file.Span(SafetensorsLimits.LengthBytes, (int)length);
        if (json.IsEmpty || json[0] != (byte)'{')
        {
            throw new ModelFormatException(_file.Path, "header", "a JSON object that starts with '{'", json.IsEmpty ? "nothing" : $"byte 0x{json[0]:x2}", SafetensorsLimits.LengthBytes);
        }

        return json;
    }

    private void ReadObject(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = SafetensorsLimits.MaxDepth });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var at = SafetensorsLimits.LengthBytes + reader.TokenStartIndex;
            var name = ReadName(ref reader, Entries.Count, "header");
            if (name == SafetensorsLimits.MetadataKey)
            {
                if (_metadata is not null)
                {
                    throw Duplicate(name, at);
                }

                ReadMetadata(ref reader);
            }
            else
            {
                var entry = ReadEntry(ref reader, name);
                if (!_byName.TryAdd(name, entry))
                {
                    throw Duplicate(name, at);
                }

                Entries.Add(entry);
            }
        }

        // Throws when anything but white space follows the object.
        reader.Read();
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        _metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        Expect(ref reader, JsonTokenType.StartObject, SafetensorsLimits.MetadataKey, "an object of strings");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = ReadName(ref reader, _metadata.Count, SafetensorsLimits.MetadataKey);
            var field = $"{SafetensorsLimits.MetadataKey} key '{key}'";
            Expect(ref reader, JsonTokenType.String, field, "a string");
            if (!_metadata.TryAdd(key, reader.GetString()!))
            {
                throw new ModelFormatException(_file.Path, field, "one value", "a second one", SafetensorsLimits.LengthBytes + reader.TokenStartIndex);
            }
        }
    }

    private TensorEntry ReadEntry(ref Utf8JsonReader reader, string name)
    {
        var field = $"tensor '{name}'";
        string? dtypeName = null;
        long[]? shape = null;
        long[]? offsets = null;
        Expect(ref reader, JsonTokenType.StartObject, field, "an object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("dtype"u8))
            {
                Once(dtypeName, field, "dtype");
                Expect(ref reader, JsonTokenType.String, $"{field} dtype", "a string");
                dtypeName = reader.GetString();
            }
            else if (reader.ValueTextEquals("shape"u8))
            {
                Once(shape, field, "shape");
                shape = ReadNumbers(ref reader, $"{field} shape", TensorSize.MaxRank);
            }
            else if (reader.ValueTextEquals("data_offsets"u8))
            {
                Once(offsets, field, "data_offsets");
                offsets = ReadNumbers(ref reader, $"{field} data_offsets", 2);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return Check(name, field, dtypeName, shape, offsets);
    }

    private TensorEntry Check(string name, string field, string? dtypeName, long[]? shape, long[]? offsets)
    {
        var missing = dtypeName is null ? "dtype" : shape is null ? "shape" : offsets is null ? "data_offsets" : null;
        if (missing is not null)
        {
            throw new ModelFormatException(_file.Path, field, "dtype, shape and data_offsets", $"no {missing}");
        }

        var dtype = SafetensorsLimits.Parse(dtypeName!)
            ?? throw new ModelFormatException(_file.Path, $"{field} dtype", SafetensorsLimits.DTypes, $"'{dtypeName}'");
        if (TensorSize.TryBytes(shape, dtype, out var bytes) is { } problem)
        {
            throw new ModelFormatException(_file.Path, $"{field} shape", "sizes that a file can hold", problem);
        }

        if (offsets!.Length != 2)
        {
            throw new ModelFormatException(_file.Path, $"{field} data_offsets", "two numbers", $"{offsets.Length}");
        }

        var (begin, end) = (offsets[0], offsets[1]);
        var dataLength = _file.Length - _dataStart;
        if (begin < 0 || end < begin || end > dataLength)
        {
            throw new ModelFormatException(_file.Path, $"{field} data_offsets", $"begin <= end <= {dataLength}, the bytes of data in the file", $"[{begin}, {end}]");
        }

        if (end - begin != bytes)
        {
            throw new ModelFormatException(_file.Path, $"{field} data_offsets", $"{bytes} bytes for {dtypeName} {TensorSize.Describe(shape)}", $"{end - begin} bytes");
        }

        return new TensorEntry(_file, name, dtype, shape!, _dataStart + begin, bytes);
    }

    /// <summary>The format has neither holes nor overlaps nor bytes that belong to no tensor.</summary>
    private void CheckLayout()
    {
        Entries.Sort(static (a, b) => (a.Offset, a.ByteLength).CompareTo((b.Offset, b.ByteLength)) is var order and not 0 ? order : string.CompareOrdinal(a.Name, b.Name));
        var end = _dataStart;
        foreach (var entry in Entries)
        {
            if (entry.Offset != end)
            {
                throw new ModelFormatException(
                    _file.Path,
                    $"tensor '{entry.Name}' data_offsets",
                    $"begin {end - _dataStart}, where the tensor before it ends",
                    $"{entry.Offset - _dataStart} ({(entry.Offset < end ? "an overlap" : "a hole")})");
            }

            end += entry.ByteLength;
        }

        if (end != _file.Length)
        {
            throw new ModelFormatException(_file.Path, "data", $"{end - _dataStart} bytes, as the header says", $"{_file.Length - _dataStart} bytes", end);
        }
    }

    private long[] ReadNumbers(ref Utf8JsonReader reader, string field, int most)
    {
        var numbers = new List<long>();
        Expect(ref reader, JsonTokenType.StartArray, field, "an array of numbers");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var number) || number < 0)
            {
                var found = reader.TokenType == JsonTokenType.Number ? System.Text.Encoding.UTF8.GetString(reader.ValueSpan[..Math.Min(40, reader.ValueSpan.Length)]) : Json.Describe(reader.TokenType);
                throw new ModelFormatException(_file.Path, field, "whole numbers from 0 to 2^63 - 1", found, SafetensorsLimits.LengthBytes + reader.TokenStartIndex);
            }

            if (numbers.Count == most)
            {
                throw new ModelFormatException(_file.Path, field, $"at most {most} numbers", "more", SafetensorsLimits.LengthBytes + reader.TokenStartIndex);
            }

            numbers.Add(number);
        }

        return [.. numbers];
    }

    private string ReadName(ref Utf8JsonReader reader, int before, string field) =>
        Json.ReadName(ref reader, before, _file.Path, field, SafetensorsLimits.LengthBytes);

    private void Expect(ref Utf8JsonReader reader, JsonTokenType token, string field, string expected)
    {
        reader.Read();
        if (reader.TokenType != token)
        {
            throw new ModelFormatException(_file.Path, field, expected, Json.Describe(reader.TokenType), SafetensorsLimits.LengthBytes + reader.TokenStartIndex);
        }
    }

    private void Once(object? before, string field, string key)
    {
        if (before is not null)
        {
            throw new ModelFormatException(_file.Path, $"{field} {key}", "one value", "a second one");
        }
    }

    private ModelFormatException Duplicate(string name, long at) => new(_file.Path, $"tensor '{name}'", "a name that is used once", "the name a second time", at);
}
