using System.Buffers.Binary;
using Google.Protobuf;
using Xunit;

namespace PlamoNative.Tests.Training.Recording;

/// <summary>Reads event files: checks every frame with a CRC of its own, bit by bit, and takes the messages apart.</summary>
internal static class TfRecords
{
    internal static List<EventSample> Read(string path)
    {
        var bytes = File.ReadAllBytes(path).AsSpan();
        var events = new List<EventSample>();
        while (!bytes.IsEmpty)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            Assert.Equal(MaskedCrc(bytes[..8]), BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]));
            Assert.Equal(MaskedCrc(bytes.Slice(12, length)), BinaryPrimitives.ReadUInt32LittleEndian(bytes[(12 + length)..]));
            events.Add(Event(new CodedInputStream(bytes.Slice(12, length).ToArray())));
            bytes = bytes[(16 + length)..];
        }

        return events;
    }

    /// <summary>CRC-32C as the polynomial division that defines it.</summary>
    internal static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0x82F63B78);
            }
        }

        return ~crc;
    }

    internal static uint MaskedCrc(ReadOnlySpan<byte> bytes) => unchecked(((Crc(bytes) >> 15) | (Crc(bytes) << 17)) + 0xa282ead8);

    private static EventSample Event(CodedInputStream input)
    {
        var sample = new EventSample();
        for (var tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 1: sample.WallTime = input.ReadDouble(); break;
                case 2: sample.Step = input.ReadInt64(); break;
                case 3: sample.Version = input.ReadString(); break;
                case 5: Summary(Nested(input), sample); break;
                case 7: sample.Session = Fields(Nested(input))[1]; break;
                default: Assert.Fail($"unknown field {tag}"); break;
            }
        }

        return sample;
    }

    private static void Summary(CodedInputStream input, EventSample sample)
    {
        while (input.ReadTag() != 0)
        {
            var value = Nested(input);
            var name = "";
            for (var tag = value.ReadTag(); tag != 0; tag = value.ReadTag())
            {
                switch (WireFormat.GetTagFieldNumber(tag))
                {
                    case 1: name = value.ReadString(); break;
                    case 2: sample.Scalars[name] = value.ReadFloat(); break;
                    case 8:
                        var tensor = Fields(Nested(value));
                        Assert.Equal(7L, tensor[1]);
                        sample.Texts[name] = ((ByteString)tensor[8]).ToStringUtf8();
                        break;
                    case 9:
                        var metadata = Fields(Nested(value));
                        Assert.Equal(2L, metadata[4]);
                        Assert.Equal("text", ((ByteString)Fields(((ByteString)metadata[1]).CreateCodedInput())[1]).ToStringUtf8());
                        break;
                    default: Assert.Fail($"unknown field {tag}"); break;
                }
            }
        }
    }

    private static CodedInputStream Nested(CodedInputStream input) => input.ReadBytes().CreateCodedInput();

    private static Dictionary<int, object> Fields(CodedInputStream input)
    {
        var fields = new Dictionary<int, object>();
        for (var tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            fields[WireFormat.GetTagFieldNumber(tag)] = WireFormat.GetTagWireType(tag) == WireFormat.WireType.Varint ? input.ReadInt64() : input.ReadBytes();
        }

        return fields;
    }
}

/// <summary>An event that was read.</summary>
internal sealed class EventSample
{
    internal double WallTime { get; set; }

    internal long Step { get; set; }

    internal string? Version { get; set; }

    internal object? Session { get; set; }

    internal Dictionary<string, float> Scalars { get; } = [];

    internal Dictionary<string, string> Texts { get; } = [];
}
