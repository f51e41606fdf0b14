using System.Buffers.Binary;

namespace PlamoNative.Engine.Formats;

/// <summary>Walks through a mapped GGUF file; every step is checked against the bytes that are left before it is taken.</summary>
internal sealed class GgufCursor(MappedFile file, long position)
{
    internal MappedFile File => file;

    internal long Position { get; private set; } = position;

    internal long Left => file.Length - Position;

    internal uint ReadUInt32(string field) => BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint), field));

    internal ulong ReadUInt64(string field) => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong), field));

    /// <summary>A count of things that take at least <paramref name="leastBytes"/> bytes each.</summary>
    internal long ReadCount(string field, int leastBytes)
    {
        var at = Position;
        var count = ReadUInt64(field);
        return count <= (ulong)(Left / leastBytes)
            ? (long)count
            : throw new ModelFormatException(file.Path, field, $"at most {Left / leastBytes}, for the {Left} bytes left", $"{count}", at);
    }

    /// <summary>The bytes of a string, which stay in the map.</summary>
    internal ReadOnlySpan<byte> ReadStringBytes(string field)
    {
        var at = Position;
        var length = ReadCount($"{field} length", 1);
        return length <= int.MaxValue
            ? Take((int)length, field)
            : throw new ModelFormatException(file.Path, $"{field} length", $"at most {int.MaxValue} bytes", $"{length}", at);
    }

    internal string ReadString(string field, int maxBytes)
    {
        var at = Position;
        var bytes = ReadStringBytes(field);
        if (bytes.IsEmpty || bytes.Length > maxBytes)
        {
            throw new ModelFormatException(file.Path, $"{field} length", $"1 to {maxBytes} bytes", $"{bytes.Length}", at);
        }

        return StrictUtf8.Decode(file.Path, field, bytes, at + sizeof(ulong));
    }

    internal GgufValueType ReadValueType(string field)
    {
        var at = Position;
        var number = ReadUInt32(field);
        return number <= (uint)GgufValueType.Float64
            ? (GgufValueType)number
            : throw new ModelFormatException(file.Path, field, "a value type from 0 to 12", $"{number}", at);
    }

    /// <summary>Steps over a value without reading it.</summary>
    internal void Skip(GgufValueType type, string field, int depth = 0)
    {
        if (GgufLimits.FixedBytes(type) is var bytes and not 0)
        {
            Advance(bytes, field);
        }
        else if (type == GgufValueType.String)
        {
            ReadStringBytes(field);
        }
        else
        {
            SkipArray(field, depth);
        }
    }

    private void SkipArray(string field, int depth)
    {
        if (depth == GgufLimits.MaxArrayDepth)
        {
            throw new ModelFormatException(file.Path, field, $"arrays nested at most {GgufLimits.MaxArrayDepth} deep", "more", Position);
        }

        var element = ReadValueType($"{field} element type");
        var bytes = GgufLimits.FixedBytes(element);
        var least = bytes != 0 ? bytes : element == GgufValueType.String ? sizeof(ulong) : sizeof(uint) + sizeof(ulong);
        var count = ReadCount($"{field} count", least);
        if (bytes != 0)
        {
            Advance(count * bytes, field);
            return;
        }

        for (var i = 0L; i < count; i++)
        {
            Skip(element, field, depth + 1);
        }
    }

    private void Advance(long bytes, string field)
    {
        if (bytes > Left)
        {
            throw new ModelFormatException(file.Path, field, $"{bytes} bytes", $"{Left} bytes to the end of the file", Position);
        }

        Position += bytes;
    }

    private ReadOnlySpan<byte> Take(int bytes, string field)
    {
        var at = Position;
        Advance(bytes, field);
        return file.Span(at, bytes);
    }
}
