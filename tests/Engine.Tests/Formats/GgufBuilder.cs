using System.Text;

namespace PlamoNative.Engine.Tests.Formats;

/// <summary>Builds GGUF files by hand, with whatever lies a test wants in them.</summary>
internal sealed class GgufBuilder
{
    private readonly List<byte> _values = [];
    private readonly List<byte> _tensors = [];

    internal uint Magic { get; init; } = 0x46554747;

    internal uint Version { get; init; } = 3;

    internal int Alignment { get; init; } = 32;

    internal ulong? StatedTensors { get; init; }

    internal ulong? StatedValues { get; init; }

    internal byte[] Data { get; init; } = new byte[64];

    private ulong ValueCount { get; set; }

    private ulong TensorCount { get; set; }

    /// <summary>Adds a metadata value: what follows the type is given raw.</summary>
    internal GgufBuilder Value(string key, uint type, params object[] parts)
    {
        ValueCount++;
        Text(_values, key);
        Put(_values, type);
        Put(_values, parts);
        return this;
    }

    /// <summary>Adds a tensor description, fastest dimension first.</summary>
    internal GgufBuilder Tensor(string name, ulong[] dimensions, uint type, ulong offset, uint? statedRank = null)
    {
        TensorCount++;
        Text(_tensors, name);
        Put(_tensors, statedRank ?? (uint)dimensions.Length);
        Put(_tensors, [.. dimensions.Cast<object>()]);
        Put(_tensors, type, offset);
        return this;
    }

    internal byte[] Build()
    {
        var stream = new List<byte>();
        Put(stream, Magic, Version, StatedTensors ?? TensorCount, StatedValues ?? ValueCount, _values.ToArray(), _tensors.ToArray());
        while (stream.Count % Alignment != 0)
        {
            stream.Add(0);
        }

        stream.AddRange(Data);
        return [.. stream];
    }

    private static void Text(List<byte> stream, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Put(stream, (ulong)bytes.Length, bytes);
    }

    private static void Put(List<byte> stream, params object[] parts)
    {
        foreach (var part in parts)
        {
            stream.AddRange(part switch
            {
                byte[] bytes => bytes,
                byte value => [value],
                uint value => BitConverter.GetBytes(value),
                ulong value => BitConverter.GetBytes(value),
                float value => BitConverter.GetBytes(value),
                _ => throw new ArgumentException($"no bytes for {part.GetType()}", nameof(parts)),
            });
        }
    }
}
