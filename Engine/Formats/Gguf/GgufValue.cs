using System.Buffers.Binary;

namespace PlamoNative.Engine.Formats;

/// <summary>
/// One metadata value of a GGUF file. It was checked to lie inside the file when the file was opened, and is read when it is asked for, so huge arrays
/// cost nothing until then. A value of another type than asked for is refused with the file and the key.
/// </summary>
public sealed class GgufValue
{
    private readonly MappedFile _file;
    private readonly long _start;

    internal GgufValue(string key, GgufValueType type, GgufCursor cursor)
    {
        _file = cursor.File;
        _start = cursor.Position;
        Key = key;
        Type = type;
        cursor.Skip(type, Field);
        ByteLength = cursor.Position - _start;
        if (type == GgufValueType.Array)
        {
            var header = new GgufCursor(_file, _start);
            ElementType = header.ReadValueType(Field);
            Count = header.ReadCount(Field, 1);
        }
    }

    /// <summary>The key.</summary>
    public string Key { get; }

    /// <summary>The stored type.</summary>
    public GgufValueType Type { get; }

    /// <summary>Type of an array's elements.</summary>
    public GgufValueType ElementType { get; }

    /// <summary>Number of an array's elements; 0 for other values.</summary>
    public long Count { get; }

    internal long ByteLength { get; }

    /// <summary>The value's bytes as they are stored, without type.</summary>
    internal ReadOnlySpan<byte> Raw => ByteLength <= int.MaxValue
        ? _file.Span(_start, (int)ByteLength)
        : throw Wrong("a value below 2 GiB", $"{ByteLength} bytes");

    private string Field => $"metadata '{Key}'";

    /// <summary>An integer of any type.</summary>
    /// <exception cref="ModelFormatException">The value is no integer, or does not fit in 64 signed bits.</exception>
    public long ToInt64() => ReadInt64(Type, Raw);

    /// <summary>An integer of any type that fits in 32 signed bits.</summary>
    /// <exception cref="ModelFormatException">The value is no integer, or does not fit.</exception>
    public int ToInt32() => ToInt64() is var value && value == (int)value ? (int)value : throw Wrong("an integer of 32 bits", $"{value}");

    /// <summary>A floating-point number of either type.</summary>
    /// <exception cref="ModelFormatException">The value is no floating-point number.</exception>
    public double ToDouble() => ReadDouble(Type, Raw);

    /// <summary>A floating-point number of either type, rounded to binary32.</summary>
    /// <exception cref="ModelFormatException">The value is no floating-point number.</exception>
    public float ToSingle() => (float)ToDouble();

    /// <summary>A truth value.</summary>
    /// <exception cref="ModelFormatException">The value is no boolean, or its byte is neither 0 nor 1.</exception>
    public bool ToBoolean() => ReadBoolean(Type, Raw);

    /// <summary>A text.</summary>
    /// <exception cref="ModelFormatException">The value is no string, or no UTF-8.</exception>
    public string ToText()
    {
        Demand(Type == GgufValueType.String, "a string");
        return StrictUtf8.Decode(_file.Path, Field, Raw[sizeof(ulong)..], _start);
    }

    /// <summary>An array of integers of any type.</summary>
    /// <exception cref="ModelFormatException">The value is no such array.</exception>
    public long[] ToInt64s() => ReadFixed(ReadInt64);

    /// <summary>An array of floating-point numbers of either type.</summary>
    /// <exception cref="ModelFormatException">The value is no such array.</exception>
    public double[] ToDoubles() => ReadFixed(ReadDouble);

    /// <summary>An array of floating-point numbers of either type, rounded to binary32.</summary>
    /// <exception cref="ModelFormatException">The value is no such array.</exception>
    public float[] ToSingles() => ReadFixed((type, bytes) => (float)ReadDouble(type, bytes));

    /// <summary>An array of truth values.</summary>
    /// <exception cref="ModelFormatException">The value is no such array.</exception>
    public bool[] ToBooleans() => ReadFixed(ReadBoolean);

    /// <summary>An array of texts.</summary>
    /// <exception cref="ModelFormatException">The value is no such array, or a text is no UTF-8.</exception>
    public string[] ToTexts()
    {
        var cursor = Enter(GgufValueType.String, "an array of strings");
        var texts = new string[Count];
        for (var i = 0; i < texts.Length; i++)
        {
            var at = cursor.Position;
            texts[i] = StrictUtf8.Decode(_file.Path, $"{Field}[{i}]", cursor.ReadStringBytes(Field), at);
        }

        return texts;
    }

    /// <summary>An array of arrays; each has this value's key with its index.</summary>
    /// <exception cref="ModelFormatException">The value is no such array.</exception>
    public GgufValue[] ToArrays()
    {
        var cursor = Enter(GgufValueType.Array, "an array of arrays");
        var arrays = new GgufValue[Count];
        for (var i = 0; i < arrays.Length; i++)
        {
            arrays[i] = new GgufValue($"{Key}[{i}]", GgufValueType.Array, cursor);
        }

        return arrays;
    }

    private delegate T ReadOne<T>(GgufValueType type, ReadOnlySpan<byte> bytes);

    private T[] ReadFixed<T>(ReadOne<T> read)
    {
        var size = GgufLimits.FixedBytes(ElementType);
        Demand(Type == GgufValueType.Array && (size != 0 || Count == 0), "an array of numbers");
        var values = new T[Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = read(ElementType, _file.Span(_start + sizeof(uint) + sizeof(ulong) + ((long)i * size), size));
        }

        return values;
    }

    private GgufCursor Enter(GgufValueType element, string expected)
    {
        Demand(Type == GgufValueType.Array && (ElementType == element || Count == 0), expected);
        return new GgufCursor(_file, _start + sizeof(uint) + sizeof(ulong));
    }

    private long ReadInt64(GgufValueType type, ReadOnlySpan<byte> bytes) => type switch
    {
        GgufValueType.UInt8 => bytes[0],
        GgufValueType.Int8 => (sbyte)bytes[0],
        GgufValueType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        GgufValueType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(bytes),
        GgufValueType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        GgufValueType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        GgufValueType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        GgufValueType.UInt64 => BinaryPrimitives.ReadInt64LittleEndian(bytes) is var value && value >= 0 ? value : throw Wrong("an integer up to 2^63 - 1", $"{(ulong)value}"),
        _ => throw Wrong("an integer", Describe()),
    };

    private double ReadDouble(GgufValueType type, ReadOnlySpan<byte> bytes) => type switch
    {
        GgufValueType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        GgufValueType.Float64 => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        _ => throw Wrong("a floating-point number", Describe()),
    };

    private bool ReadBoolean(GgufValueType type, ReadOnlySpan<byte> bytes)
    {
        Demand(type == GgufValueType.Bool, "a boolean");
        return bytes[0] <= 1 ? bytes[0] == 1 : throw Wrong("a boolean of 0 or 1", $"{bytes[0]}");
    }

    private void Demand(bool holds, string expected)
    {
        if (!holds)
        {
            throw Wrong(expected, Describe());
        }
    }

    private string Describe() => Type == GgufValueType.Array ? $"an array of {Count} {ElementType}" : $"a value of type {Type}";

    private ModelFormatException Wrong(string expected, string found) => new(_file.Path, Field, expected, found, _start);
}
