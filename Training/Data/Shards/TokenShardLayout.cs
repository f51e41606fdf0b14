using System.Buffers.Binary;
using PlamoNative.Engine;

namespace PlamoNative.Training.Data;

/// <summary>
/// Where things lie in a token shard (<c>.tokens</c>, little-endian), all of it computed from the counts at its end:
/// <code>
/// 0            magic "PLAMOTOK", u32 version, u32 0
/// 16           ids of all documents, padded to 8 bytes
///              label mask: bit i of byte i / 8 says that id i may be a target; padded to 8 bytes; only with its flag
///              i64 borders of the documents among the ids, one more than there are documents
///              u32 bytes of each document's learned text as UTF-8, padded to 8 bytes
/// length - 128 magic, version, u32 flags (1: ids of 4 bytes instead of 2; 2: label mask); i64 vocabulary size, documents, ids, UTF-16 units of text, bytes of text;
///              SHA-256 of the tokenizer; 8 zeros; SHA-256 of all bytes before
/// </code>
/// The counts stand at the end since they are known when everything else has been written, and an output that appears whole cannot go back.
/// </summary>
internal readonly record struct TokenShardLayout
{
    internal const int Version = 1;
    internal const int HeadBytes = 16;
    internal const int TrailerBytes = 128;
    internal const int HashBytes = 32;
    internal const uint WideFlag = 1;
    internal const uint MaskFlag = 2;

    private const int VersionAt = 8;
    private const int FlagsAt = 12;
    private const int VocabularyAt = 16;
    private const int DocumentsAt = 24;
    private const int TokensAt = 32;
    private const int CharactersAt = 40;
    private const int TextBytesAt = 48;
    private const int TokenizerAt = 56;
    private const int ZerosAt = 88;

    internal required uint Flags { get; init; }

    internal required long VocabularySize { get; init; }

    internal required long DocumentCount { get; init; }

    internal required long TokenCount { get; init; }

    internal required long CharacterCount { get; init; }

    internal required long TextByteCount { get; init; }

    internal bool IsWide => (Flags & WideFlag) != 0;

    internal bool HasMask => (Flags & MaskFlag) != 0;

    internal int IdBytes => IsWide ? sizeof(uint) : sizeof(ushort);

    internal long MaskOffset => HeadBytes + Padded(TokenCount * IdBytes);

    internal long BordersOffset => MaskOffset + (HasMask ? Padded((TokenCount + 7) / 8) : 0);

    internal long TextBytesOffset => BordersOffset + (DocumentCount + 1) * sizeof(long);

    internal long TrailerOffset => TextBytesOffset + Padded(DocumentCount * sizeof(uint));

    internal long FileLength => TrailerOffset + TrailerBytes;

    internal static ReadOnlySpan<byte> Magic => "PLAMOTOK"u8;

    internal static long Padded(long bytes) => (bytes + 7) & ~7L;

    /// <summary>Writes the first 16 bytes, which no count is needed for.</summary>
    internal static void WriteHead(Span<byte> head)
    {
        Magic.CopyTo(head);
        BinaryPrimitives.WriteUInt32LittleEndian(head[VersionAt..], Version);
        BinaryPrimitives.WriteUInt32LittleEndian(head[FlagsAt..], 0);
    }

    /// <summary>Writes all of the trailer but its last 32 bytes.</summary>
    internal void WriteTrailer(Span<byte> trailer, ReadOnlySpan<byte> tokenizerHash)
    {
        trailer.Clear();
        WriteHead(trailer);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[FlagsAt..], Flags);
        BinaryPrimitives.WriteInt64LittleEndian(trailer[VocabularyAt..], VocabularySize);
        BinaryPrimitives.WriteInt64LittleEndian(trailer[DocumentsAt..], DocumentCount);
        BinaryPrimitives.WriteInt64LittleEndian(trailer[TokensAt..], TokenCount);
        BinaryPrimitives.WriteInt64LittleEndian(trailer[CharactersAt..], CharacterCount);
        BinaryPrimitives.WriteInt64LittleEndian(trailer[TextBytesAt..], TextByteCount);
        tokenizerHash.CopyTo(trailer[TokenizerAt..]);
    }

    internal static ReadOnlySpan<byte> TokenizerHash(ReadOnlySpan<byte> trailer) => trailer.Slice(TokenizerAt, HashBytes);

    internal static ReadOnlySpan<byte> CheckSum(ReadOnlySpan<byte> trailer) => trailer[^HashBytes..];

    /// <summary>Reads head and trailer and checks them against each other and the file's length; nothing else of the file is needed.</summary>
    /// <exception cref="ModelFormatException">They do not fit.</exception>
    internal static TokenShardLayout Read(string path, long fileLength, ReadOnlySpan<byte> head, ReadOnlySpan<byte> trailer)
    {
        Require(path, "magic", head.StartsWith(Magic) && trailer.StartsWith(Magic), "PLAMOTOK at the start and at the end", "other bytes");
        var version = BinaryPrimitives.ReadUInt32LittleEndian(head[VersionAt..]);
        Require(path, "version", version == Version, $"{Version}", $"{version}");
        Require(path, "bytes 12 to 15", BinaryPrimitives.ReadUInt32LittleEndian(head[FlagsAt..]) == 0, "zeros", "others");
        Require(path, "trailer", trailer[..FlagsAt].SequenceEqual(head[..FlagsAt]), "the version of the start", "another");
        var flags = BinaryPrimitives.ReadUInt32LittleEndian(trailer[FlagsAt..]);
        Require(path, "flags", flags <= (WideFlag | MaskFlag), "bits 0 and 1 only", $"0x{flags:x}");
        Require(path, "trailer", BinaryPrimitives.ReadInt64LittleEndian(trailer[ZerosAt..]) == 0, "8 zeros", "others");
        var layout = new TokenShardLayout
        {
            Flags = flags,
            VocabularySize = BinaryPrimitives.ReadInt64LittleEndian(trailer[VocabularyAt..]),
            DocumentCount = BinaryPrimitives.ReadInt64LittleEndian(trailer[DocumentsAt..]),
            TokenCount = BinaryPrimitives.ReadInt64LittleEndian(trailer[TokensAt..]),
            CharacterCount = BinaryPrimitives.ReadInt64LittleEndian(trailer[CharactersAt..]),
            TextByteCount = BinaryPrimitives.ReadInt64LittleEndian(trailer[TextBytesAt..]),
        };
        var largest = layout.IsWide ? int.MaxValue : 1 << 16;
        Require(path, "vocabulary size", layout.VocabularySize >= 1 && layout.VocabularySize <= largest, $"1 to {largest}", $"{layout.VocabularySize}");

        // Bounded by the file's length before anything is multiplied.
        Require(path, "documents", layout.DocumentCount >= 0 && layout.DocumentCount <= fileLength / sizeof(long), "a count that the file has room for", $"{layout.DocumentCount}");
        Require(path, "ids", layout.TokenCount >= 0 && layout.TokenCount <= fileLength, "a count that the file has room for", $"{layout.TokenCount}");
        Require(path, "characters", layout.CharacterCount >= 0, "a count", $"{layout.CharacterCount}");
        Require(path, "text bytes", layout.TextByteCount >= 0, "a count", $"{layout.TextByteCount}");
        Require(path, "file length", layout.FileLength == fileLength, $"{layout.FileLength} bytes", $"{fileLength}");
        return layout;
    }

    internal static void Require(string path, string field, bool holds, string expected, string found)
    {
        if (!holds)
        {
            throw new ModelFormatException(path, field, expected, found);
        }
    }
}
