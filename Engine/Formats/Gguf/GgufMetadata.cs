using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PlamoNative.Engine.Formats;

/// <summary>Metadata that will be written into a GGUF file, in the order of its additions.</summary>
public sealed class GgufMetadata
{
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);

    /// <summary>Number of values.</summary>
    public int Count => _keys.Count;

    /// <summary>The values as they stand in the file.</summary>
    internal ReadOnlySpan<byte> Bytes => _buffer.WrittenSpan;

    /// <summary>Adds a value whose GGUF type is that of the .NET type.</summary>
    /// <param name="key">The key; used once.</param>
    /// <param name="value">
    /// <see cref="byte"/>, <see cref="sbyte"/>, <see cref="ushort"/>, <see cref="short"/>, <see cref="uint"/>, <see cref="int"/>, <see cref="ulong"/>,
    /// <see cref="long"/>, <see cref="float"/>, <see cref="double"/>, <see cref="bool"/>, <see cref="string"/>, an array of one of them, or an array of
    /// such arrays.
    /// </param>
    /// <returns>This object.</returns>
    /// <exception cref="ArgumentException">The key is taken, empty, too long or no text, or the value is of another type.</exception>
    public GgufMetadata Add(string key, object value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var type = TypeOf(value.GetType(), key);
        AddKey(key, value);
        Put((uint)type);
        WriteValue(value, key);
        return this;
    }

    /// <summary>Adds a value of another file as it is stored there.</summary>
    /// <returns>This object.</returns>
    /// <exception cref="ArgumentException">The key is taken.</exception>
    public GgufMetadata Add(GgufValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        AddKey(value.Key, value.Type == GgufValueType.UInt32 ? (uint)value.ToInt64() : value);
        Put((uint)value.Type);
        _buffer.Write(value.Raw);
        return this;
    }

    private void AddKey(string key, object value)
    {
        if (string.IsNullOrEmpty(key) || !StrictUtf8.IsText(key) || StrictUtf8.Encode(key).Length > TensorSize.MaxNameBytes || !_keys.Add(key))
        {
            throw new ArgumentException($"metadata key '{OneLine.Clean(key ?? "")}' is taken, empty, too long or no text", nameof(key));
        }

        if (key == GgufLimits.AlignmentKey && value is not (uint)GgufLimits.DefaultAlignment)
        {
            _keys.Remove(key);
            throw new ArgumentException($"{key}: files are written with an alignment of {GgufLimits.DefaultAlignment} (an unsigned 32-bit integer)", nameof(value));
        }

        WriteText(key);
    }

    private void WriteValue(object value, string key)
    {
        switch (value)
        {
            case byte number: Put(number); break;
            case sbyte number: Put(number); break;
            case ushort number: Put(number); break;
            case short number: Put(number); break;
            case uint number: Put(number); break;
            case int number: Put(number); break;
            case ulong number: Put(number); break;
            case long number: Put(number); break;
            case float number: Put(number); break;
            case double number: Put(number); break;
            case bool truth: Put(truth); break;
            case string text: WriteText(text); break;
            default:
                var array = (Array)value;
                Put((uint)TypeOf(array.GetType().GetElementType()!, key));
                Put((ulong)array.LongLength);
                foreach (var element in array)
                {
                    WriteValue(element ?? throw new ArgumentException($"metadata '{key}': null in an array", nameof(value)), key);
                }

                break;
        }
    }

    /// <summary>Numbers are little-endian in the file, as on every machine that .NET runs on here.</summary>
    private void Put<T>(T value)
        where T : unmanaged
    {
        MemoryMarshal.Write(_buffer.GetSpan(Unsafe.SizeOf<T>()), value);
        _buffer.Advance(Unsafe.SizeOf<T>());
    }

    private void WriteText(string text)
    {
        var bytes = StrictUtf8.Encode(text);
        Put((ulong)bytes.Length);
        _buffer.Write(bytes);
    }

    private static GgufValueType TypeOf(Type type, string key)
    {
        var code = type.IsEnum ? TypeCode.Empty : Type.GetTypeCode(type);
        return code switch
        {
            TypeCode.Byte => GgufValueType.UInt8,
            TypeCode.SByte => GgufValueType.Int8,
            TypeCode.UInt16 => GgufValueType.UInt16,
            TypeCode.Int16 => GgufValueType.Int16,
            TypeCode.UInt32 => GgufValueType.UInt32,
            TypeCode.Int32 => GgufValueType.Int32,
            TypeCode.UInt64 => GgufValueType.UInt64,
            TypeCode.Int64 => GgufValueType.Int64,
            TypeCode.Single => GgufValueType.Float32,
            TypeCode.Double => GgufValueType.Float64,
            TypeCode.Boolean => GgufValueType.Bool,
            TypeCode.String => GgufValueType.String,
            _ when type.IsSZArray && TypeOf(type.GetElementType()!, key) >= 0 => GgufValueType.Array,
            _ => throw new ArgumentException($"metadata '{key}': GGUF has no values of {type}", nameof(type)),
        };
    }
}
