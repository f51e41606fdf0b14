using System.Buffers.Binary;
using System.Text.Json;
using PlamoNative.Engine;
using PlamoNative.Engine.Formats;

namespace PlamoNative.PtxEmulator.Commands;

/// <summary>
/// The arguments of a launch: buffers in the machine's memory, and the bytes of the parameters. A buffer that several arguments name is one. Besides
/// the forms that <c>CLI.md</c> lists there is <c>tensor_map</c> (see <see cref="TensorMapArgument"/>).
/// </summary>
internal sealed class LaunchArguments : IDisposable
{
    private readonly Machine _machine;
    private readonly LaunchFile _launch;
    private readonly Dictionary<string, LoadedBuffer> _buffers = new(StringComparer.Ordinal);

    internal LaunchArguments(Machine machine, PtxKernel kernel, LaunchFile launch)
    {
        (_machine, _launch) = (machine, launch);
        if (kernel.Parameters.Count != launch.Arguments.Count)
        {
            throw new LaunchFileException($"{launch.Path}: arguments: expected {kernel.Parameters.Count} for {kernel.Name}, found {launch.Arguments.Count}");
        }

        Parameters = new byte[kernel.ParameterBytes];
        for (var i = 0; i < launch.Arguments.Count; i++)
        {
            var place = kernel.Parameters[i];
            Fill(i, launch.Arguments[i], place, Parameters.AsSpan(place.Offset, place.Size));
        }
    }

    internal byte[] Parameters { get; }

    /// <summary>Writes every buffer back into its file.</summary>
    internal void WriteBack()
    {
        foreach (var (path, buffer) in _buffers)
        {
            var data = _machine.Memory.Span(buffer.Address, buffer.Bytes);
            NpyFile.Write(path, buffer.Type, buffer.Shape, data);
        }
    }

    public void Dispose()
    {
        foreach (var buffer in _buffers.Values)
        {
            _machine.Memory.Free(buffer.Address);
        }

        _buffers.Clear();
    }

    internal ulong Buffer(string field, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            throw Wrong(field, "the path of a .npy file", value);
        }

        var path = Path.GetFullPath(Path.Combine(_launch.Folder, value.GetString()!));
        if (_buffers.TryGetValue(path, out var known))
        {
            return known.Address;
        }

        using var file = NpyFile.Open(path);
        var array = file.Array;
        var data = array.Span;
        var address = _machine.Memory.Allocate(data.Length, Path.GetFileName(path), isReadOnly: false).Start;
        _machine.Memory.Write(address, data);
        _buffers.Add(path, new(address, data.Length, array.DType, array.Shape.ToArray()));
        return address;
    }

    internal LaunchFileException Wrong(string field, string expected, JsonElement found) => new($"{_launch.Path}: {field}: expected {expected}, found {LaunchFile.Kind(found)}");

    private void Fill(int index, JsonElement argument, KernelParameter parameter, Span<byte> place)
    {
        var field = $"arguments[{index}]";
        if (argument.ValueKind != JsonValueKind.Object || argument.EnumerateObject().Count() != 1)
        {
            throw Wrong(field, "an object with one of buffer, i32, i64, f32, u8, tensor_map", argument);
        }

        var property = argument.EnumerateObject().First();
        field = $"{field}.{property.Name}";
        byte[] bytes;
        switch (property.Name)
        {
            case "buffer":
                bytes = new byte[8];
                BinaryPrimitives.WriteUInt64LittleEndian(bytes, Buffer(field, property.Value));
                break;
            case "i32":
                bytes = new byte[4];
                BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)Integer(field, property.Value, int.MinValue, uint.MaxValue));
                break;
            case "i64":
                bytes = new byte[8];
                BinaryPrimitives.WriteUInt64LittleEndian(bytes, property.Value.ValueKind == JsonValueKind.Number && property.Value.TryGetUInt64(out var large)
                    ? large
                    : (ulong)Integer(field, property.Value, long.MinValue, long.MaxValue));
                break;
            case "f32":
                bytes = new byte[4];
                BinaryPrimitives.WriteSingleLittleEndian(bytes, Single(field, property.Value));
                break;
            case "u8":
                bytes = Bytes(field, property.Value);
                break;
            case "tensor_map":
                bytes = TensorMapArgument.Encode(this, field, property.Value);
                break;
            default:
                throw new LaunchFileException($"{_launch.Path}: arguments[{index}]: expected one of buffer, i32, i64, f32, u8, tensor_map, found '{property.Name}'");
        }

        // Bytes of a structure may be fewer than its padded size; a number must be as wide as its parameter.
        if (bytes.Length > place.Length || (property.Name != "u8" && bytes.Length != place.Length))
        {
            throw new LaunchFileException($"{_launch.Path}: {field}: expected {place.Length} bytes for parameter {parameter.Name}, found {bytes.Length}");
        }

        bytes.CopyTo(place);
    }

    private long Integer(string field, JsonElement value, long minimum, long maximum) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var integer) && integer >= minimum && integer <= maximum
            ? integer
            : throw Wrong(field, $"an integer from {minimum} to {maximum}", value);

    private float Single(string field, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number)
        {
            return (float)value.GetDouble();
        }

        return (value.ValueKind == JsonValueKind.String ? value.GetString() : null) switch
        {
            "NaN" or "nan" => float.NaN,
            "Infinity" or "inf" => float.PositiveInfinity,
            "-Infinity" or "-inf" => float.NegativeInfinity,
            _ => throw Wrong(field, "a number", value),
        };
    }

    private byte[] Bytes(string field, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            throw Wrong(field, "an array of bytes", value);
        }

        return [.. value.EnumerateArray().Select(element => element.ValueKind == JsonValueKind.Number && element.TryGetByte(out var b) ? b : throw Wrong(field, "bytes from 0 to 255", element))];
    }

    private sealed record LoadedBuffer(ulong Address, int Bytes, DType Type, long[] Shape);
}
