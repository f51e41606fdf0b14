using System.Runtime.InteropServices;
using PlamoNative.Engine;

namespace PlamoNative.Training.Data;

/// <summary>What the bytes of a document are.</summary>
internal enum DocumentKind
{
    /// <summary>Its text.</summary>
    Text,

    /// <summary>A JSON object that holds it.</summary>
    Json,
}

/// <summary>Where a document stands, for messages.</summary>
/// <param name="File">The file as it was given.</param>
/// <param name="Line">Its first line (a row of Parquet), from 1.</param>
/// <param name="Offset">Its first byte in the file; -1 when the file is compressed.</param>
/// <param name="Start">Its first byte in the group.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Kind">What they are.</param>
internal readonly record struct RawDocument(string File, long Line, long Offset, int Start, int Length, DocumentKind Kind);

/// <summary>Some consecutive documents as they lie in the files, side by side in one buffer that is used again.</summary>
internal sealed class DocumentGroup
{
    /// <summary>Longest document: longer ones are refused, since the best segmentation needs a whole document in memory.</summary>
    internal const int MaxDocumentBytes = 1 << 28;

    private readonly List<RawDocument> _documents = [];
    private byte[] _bytes = new byte[1 << 12];
    private int _closed;

    /// <summary>Complete documents.</summary>
    internal ReadOnlySpan<RawDocument> Documents => CollectionsMarshal.AsSpan(_documents);

    /// <summary>Bytes of all documents.</summary>
    internal int ByteCount { get; private set; }

    /// <summary>Bytes of the document that is being appended.</summary>
    internal ReadOnlySpan<byte> Open => _bytes.AsSpan(_closed, ByteCount - _closed);

    internal ReadOnlyMemory<byte> this[in RawDocument document] => _bytes.AsMemory(document.Start, document.Length);

    internal void Clear()
    {
        _documents.Clear();
        ByteCount = _closed = 0;
    }

    /// <summary>Appends bytes to the open document.</summary>
    /// <exception cref="ModelFormatException">It becomes too long.</exception>
    internal void Append(ReadOnlySpan<byte> bytes, string file, long line)
    {
        if (bytes.Length > MaxDocumentBytes - (ByteCount - _closed))
        {
            throw new ModelFormatException(file, $"line {line}", $"a document of at most {MaxDocumentBytes} bytes", "a longer one: set a separator");
        }

        if (bytes.Length > _bytes.Length - ByteCount)
        {
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(2L * _bytes.Length, (long)ByteCount + bytes.Length)));
        }

        bytes.CopyTo(_bytes.AsSpan(ByteCount));
        ByteCount += bytes.Length;
    }

    /// <summary>Ends the open document.</summary>
    /// <param name="file">Where it stands.</param>
    /// <param name="line">Its first line.</param>
    /// <param name="offset">Its first byte, or -1.</param>
    /// <param name="length">How many of its first bytes are kept.</param>
    /// <param name="kind">What they are.</param>
    internal void Close(string file, long line, long offset, int length, DocumentKind kind)
    {
        _documents.Add(new RawDocument(file, line, offset, _closed, length, kind));
        _closed += length;
        ByteCount = _closed;
    }

    /// <summary>Forgets the open document.</summary>
    internal void Drop() => ByteCount = _closed;
}
