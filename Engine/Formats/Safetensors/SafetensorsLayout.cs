using System.Buffers.Binary;
using System.Text.Json;

namespace PlamoNative.Engine.Formats;

/// <summary>Where declared tensors go in a safetensors file, and the bytes of the header that says so.</summary>
internal static class SafetensorsLayout
{
    /// <summary>
    /// Larger elements first, so that every tensor is aligned although the format allows no padding; else the order of declaration.
    /// </summary>
    internal static TensorDeclaration[] Order(IEnumerable<TensorDeclaration> tensors)
    {
        var ordered = tensors.OrderByDescending(static tensor => tensor.DType.BlockBytes()).ToArray();
        var names = new HashSet<string>(StringComparer.Ordinal) { SafetensorsLimits.MetadataKey };
        foreach (var tensor in ordered)
        {
            if (SafetensorsLimits.Name(tensor.DType) is null)
            {
                throw new ArgumentException($"tensor {OneLine.Clean(tensor.Name)}: safetensors has no element type {tensor.DType.Name()}", nameof(tensors));
            }

            if (!names.Add(tensor.Name) || tensor.Shape.Length > TensorSize.MaxRank || !StrictUtf8.IsText(tensor.Name))
            {
                throw new ArgumentException($"tensor {OneLine.Clean(tensor.Name)}: the name is taken or is no text, or there are more than {TensorSize.MaxRank} dimensions", nameof(tensors));
            }
        }

        return ordered;
    }

    /// <summary>The length field and the JSON, padded with spaces; the same declarations give the same bytes.</summary>
    internal static byte[] Header(TensorDeclaration[] ordered, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        buffer.Write(stackalloc byte[SafetensorsLimits.LengthBytes]);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            WriteMetadata(json, metadata);
            var offset = 0L;
            foreach (var tensor in ordered)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype"u8, SafetensorsLimits.Name(tensor.DType));
                WriteNumbers(json, "shape"u8, tensor.Shape);
                WriteNumbers(json, "data_offsets"u8, [offset, checked(offset + tensor.ByteLength)]);
                json.WriteEndObject();
                offset += tensor.ByteLength;
            }

            json.WriteEndObject();
        }

        while (buffer.Length % SafetensorsLimits.HeaderAlignment != 0)
        {
            buffer.WriteByte((byte)' ');
        }

        var length = buffer.Length - SafetensorsLimits.LengthBytes;
        if (length > SafetensorsLimits.MaxHeaderBytes)
        {
            throw new ArgumentException($"{ordered.Length} tensors need a header of {length} bytes, the format allows {SafetensorsLimits.MaxHeaderBytes}", nameof(ordered));
        }

        var bytes = buffer.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(bytes, length);
        return bytes;
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string>? metadata)
    {
        if (metadata is null || metadata.Count == 0)
        {
            return;
        }

        json.WriteStartObject(SafetensorsLimits.MetadataKey);
        foreach (var (key, value) in metadata.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    private static void WriteNumbers(Utf8JsonWriter json, ReadOnlySpan<byte> name, ReadOnlySpan<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }
}
