using System.Buffers.Binary;
using Google.Protobuf;

namespace PlamoNative.Training.Recording;

/// <summary>
/// Writes TensorBoard's Event messages as TFRecord frames into memory that is kept: length (8 bytes), masked CRC of the length, message, masked CRC of the
/// message, all little-endian. The field numbers are those of event.proto, summary.proto and tensor.proto.
/// </summary>
internal sealed class EventWriter : IDisposable
{
    private const int HeadBytes = sizeof(ulong) + sizeof(uint);

    private readonly MemoryStream _frame = new(1024);
    private readonly CodedOutputStream _message;

    internal EventWriter() => _message = new CodedOutputStream(_frame, 1024, leaveOpen: true);

    /// <summary>The first event of every file.</summary>
    internal ReadOnlySpan<byte> FileVersion(double wallTime)
    {
        Begin(wallTime, 0);
        _message.WriteTag(EventFields.FileVersion, WireFormat.WireType.LengthDelimited);
        _message.WriteString("brain.Event:2");
        return End();
    }

    /// <summary>A run starts or goes on: a reader forgets events of this step and later ones that came before.</summary>
    internal ReadOnlySpan<byte> SessionStart(double wallTime, long step)
    {
        Begin(wallTime, step);
        _message.WriteTag(EventFields.SessionLog, WireFormat.WireType.LengthDelimited);
        _message.WriteLength(2);
        _message.WriteTag(EventFields.SessionStatus, WireFormat.WireType.Varint);
        _message.WriteEnum(EventFields.SessionStarts);
        return End();
    }

    /// <summary>Numbers of one step, each under its tag.</summary>
    internal ReadOnlySpan<byte> Scalars(double wallTime, long step, ReadOnlySpan<string> tags, ReadOnlySpan<double> values)
    {
        var length = 0;
        foreach (var tag in tags)
        {
            length += Field(ScalarLength(tag));
        }

        Begin(wallTime, step);
        _message.WriteTag(EventFields.Summary, WireFormat.WireType.LengthDelimited);
        _message.WriteLength(length);
        for (var i = 0; i < tags.Length; i++)
        {
            _message.WriteTag(EventFields.SummaryValue, WireFormat.WireType.LengthDelimited);
            _message.WriteLength(ScalarLength(tags[i]));
            _message.WriteTag(EventFields.ValueTag, WireFormat.WireType.LengthDelimited);
            _message.WriteString(tags[i]);
            _message.WriteTag(EventFields.ValueScalar, WireFormat.WireType.Fixed32);
            _message.WriteFloat((float)values[i]);
        }

        return End();
    }

    /// <summary>A text of one step: a string tensor of no dimensions for the text plugin.</summary>
    internal ReadOnlySpan<byte> Text(double wallTime, long step, string tag, string text)
    {
        const string Plugin = "text";
        var plugin = Field(CodedOutputStream.ComputeStringSize(Plugin) - 1);
        var metadata = Field(plugin) + 2;
        var tensor = 2 + 2 + 1 + CodedOutputStream.ComputeStringSize(text);
        var value = 1 + CodedOutputStream.ComputeStringSize(tag) + Field(metadata) + Field(tensor);

        Begin(wallTime, step);
        Nested(EventFields.Summary, Field(value));
        Nested(EventFields.SummaryValue, value);
        _message.WriteTag(EventFields.ValueTag, WireFormat.WireType.LengthDelimited);
        _message.WriteString(tag);
        Nested(EventFields.ValueMetadata, metadata);
        Nested(EventFields.MetadataPlugin, plugin);
        _message.WriteTag(EventFields.PluginName, WireFormat.WireType.LengthDelimited);
        _message.WriteString(Plugin);
        _message.WriteTag(EventFields.MetadataDataClass, WireFormat.WireType.Varint);
        _message.WriteEnum(EventFields.TensorData);
        Nested(EventFields.ValueTensor, tensor);
        _message.WriteTag(EventFields.TensorType, WireFormat.WireType.Varint);
        _message.WriteEnum(EventFields.StringType);
        Nested(EventFields.TensorShape, 0);
        _message.WriteTag(EventFields.TensorString, WireFormat.WireType.LengthDelimited);
        _message.WriteString(text);
        return End();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _message.Dispose();
        _frame.Dispose();
    }

    /// <summary>Bytes of a nested message with its tag (one byte: all field numbers are below 16) and its length.</summary>
    private static int Field(int length) => 1 + CodedOutputStream.ComputeLengthSize(length) + length;

    private static int ScalarLength(string tag) => 1 + CodedOutputStream.ComputeStringSize(tag) + 1 + sizeof(float);

    private void Nested(int field, int length)
    {
        _message.WriteTag(field, WireFormat.WireType.LengthDelimited);
        _message.WriteLength(length);
    }

    private void Begin(double wallTime, long step)
    {
        _frame.SetLength(0);
        _frame.Position = 0;
        _frame.SetLength(HeadBytes);
        _frame.Position = HeadBytes;
        _message.WriteTag(EventFields.WallTime, WireFormat.WireType.Fixed64);
        _message.WriteDouble(wallTime);
        _message.WriteTag(EventFields.Step, WireFormat.WireType.Varint);
        _message.WriteInt64(step);
    }

    private ReadOnlySpan<byte> End()
    {
        _message.Flush();
        var length = (int)_frame.Length - HeadBytes;
        _frame.SetLength(HeadBytes + length + sizeof(uint));
        var frame = _frame.GetBuffer().AsSpan(0, (int)_frame.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(frame, (ulong)length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[sizeof(ulong)..], Crc32C.Masked(frame[..sizeof(ulong)]));
        BinaryPrimitives.WriteUInt32LittleEndian(frame[^sizeof(uint)..], Crc32C.Masked(frame.Slice(HeadBytes, length)));
        return frame;
    }
}
