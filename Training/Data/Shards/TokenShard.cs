using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using PlamoNative.Engine;
using PlamoNative.Engine.Formats;

namespace PlamoNative.Training.Data;

/// <summary>A token shard, mapped into memory and checked when it is opened.</summary>
/// <remarks>
/// Touching a mapped page that somebody has cut off the file would end the process. So the file stays open beside the map and <see cref="Guard"/>, which asks
/// the system for its length (a third of a microsecond), goes before every piece that is read: cut off a moment earlier, it is an <see cref="IOException"/>.
/// A file that was removed or replaced stays readable as it was while it is open.
/// </remarks>
internal sealed unsafe class TokenShard : IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly MappedFile _map;
    private readonly TokenShardLayout _layout;

    private TokenShard(string path, SafeFileHandle handle, MappedFile map)
    {
        Path = path;
        _handle = handle;
        _map = map;
        if (map.Length < TokenShardLayout.HeadBytes + TokenShardLayout.TrailerBytes)
        {
            throw new ModelFormatException(path, "file length", $"at least {TokenShardLayout.HeadBytes + TokenShardLayout.TrailerBytes} bytes", $"{map.Length}");
        }

        var trailer = map.Span(map.Length - TokenShardLayout.TrailerBytes, TokenShardLayout.TrailerBytes);
        _layout = TokenShardLayout.Read(path, map.Length, map.Span(0, TokenShardLayout.HeadBytes), trailer);
        TokenizerHash = TokenShardLayout.TokenizerHash(trailer).ToArray();
        CheckBorders();
    }

    internal string Path { get; }

    internal long DocumentCount => _layout.DocumentCount;

    internal long TokenCount => _layout.TokenCount;

    internal long CharacterCount => _layout.CharacterCount;

    internal long TextByteCount => _layout.TextByteCount;

    internal long VocabularySize => _layout.VocabularySize;

    internal byte[] TokenizerHash { get; }

    /// <summary>Opens a shard.</summary>
    /// <param name="path">The file.</param>
    /// <param name="verify">Whether all of it is read to compare the check sum; borders and counts are checked in any case.</param>
    /// <exception cref="ModelFormatException">The file is no shard, or damaged.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    internal static TokenShard Open(string path, bool verify)
    {
        InputFile.Check(path);
        SafeFileHandle? handle = null;
        MappedFile? map = null;
        try
        {
            handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            map = MappedFile.Open(path);
            var shard = new TokenShard(path, handle, map);
            if (verify)
            {
                shard.Verify();
            }

            return shard;
        }
        catch
        {
            map?.Dispose();
            handle?.Dispose();
            throw;
        }
    }

    /// <summary>Throws if the file has become shorter since it was mapped.</summary>
    /// <exception cref="IOException">It has, or it cannot be asked.</exception>
    internal void Guard()
    {
        var length = RandomAccess.GetLength(_handle);
        if (length < _map.Length)
        {
            throw new IOException($"{Path}: the token shard was cut off while it was used: expected {_map.Length} bytes, found {length}");
        }
    }

    /// <summary>Ids of a document. <see cref="Guard"/> goes before it.</summary>
    internal long Length(long document) => Border(document + 1) - Border(document);

    /// <summary>Bytes of a document's learned text. <see cref="Guard"/> goes before it.</summary>
    internal uint TextBytes(long document) => Little(Unsafe.ReadUnaligned<uint>(_map.Pointer + _layout.TextBytesOffset + document * sizeof(uint)));

    /// <summary>Copies ids of a document.</summary>
    /// <param name="document">Its number in this shard.</param>
    /// <param name="start">The first id's place in the document.</param>
    /// <param name="ids">Takes them; they all lie in the document.</param>
    /// <exception cref="IOException">The file was cut off, or an id lies outside of the vocabulary.</exception>
    internal void Read(long document, long start, Span<int> ids)
    {
        Guard();
        var first = CheckRange(document, start, ids.Length);
        var largest = 0U;
        if (_layout.IsWide)
        {
            var source = (uint*)(_map.Pointer + TokenShardLayout.HeadBytes) + first;
            for (var i = 0; i < ids.Length; i++)
            {
                var id = Little(source[i]);
                largest = Math.Max(largest, id);
                ids[i] = (int)id;
            }
        }
        else
        {
            var source = (ushort*)(_map.Pointer + TokenShardLayout.HeadBytes) + first;
            for (var i = 0; i < ids.Length; i++)
            {
                var id = BitConverter.IsLittleEndian ? source[i] : BinaryPrimitives.ReverseEndianness(source[i]);
                largest = Math.Max(largest, id);
                ids[i] = id;
            }
        }

        if (largest >= _layout.VocabularySize)
        {
            throw new IOException($"{Path}: document {document}: the token shard is damaged: expected ids below {_layout.VocabularySize}, found {largest}");
        }
    }

    /// <summary>Replaces what is no target by <paramref name="none"/>.</summary>
    /// <param name="document">The document.</param>
    /// <param name="start">The place in it of the first target.</param>
    /// <param name="targets">Ids of the document from there.</param>
    /// <param name="none">What stands for no target.</param>
    internal void Mask(long document, long start, Span<int> targets, int none)
    {
        if (!_layout.HasMask)
        {
            return;
        }

        var first = CheckRange(document, start, targets.Length);
        var mask = _map.Pointer + _layout.MaskOffset;
        for (var i = 0; i < targets.Length; i++)
        {
            var bit = first + i;
            if ((mask[bit >> 3] >> (int)(bit & 7) & 1) == 0)
            {
                targets[i] = none;
            }
        }
    }

    public void Dispose()
    {
        _map.Dispose();
        _handle.Dispose();
    }

    private long Border(long index)
    {
        var border = Unsafe.ReadUnaligned<long>(_map.Pointer + _layout.BordersOffset + index * sizeof(long));
        return BitConverter.IsLittleEndian ? border : BinaryPrimitives.ReverseEndianness(border);
    }

    private static uint Little(uint value) => BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);

    private long CheckRange(long document, long start, int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)document, (ulong)DocumentCount);
        var (first, end) = (Border(document), Border(document + 1));
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, end - first - count);

        // Borders were checked when the file was opened; somebody may have written into it since.
        return first >= 0 && end <= TokenCount ? first + start : throw new IOException($"{Path}: document {document}: the token shard was changed while it was used");
    }

    private void CheckBorders()
    {
        long before = 0;
        TokenShardLayout.Require(Path, "border 0", Border(0) == 0, "0", $"{Border(0)}");
        for (long document = 1; document <= DocumentCount; document++)
        {
            var border = Border(document);
            if (border < before + 2 || border > TokenCount)
            {
                throw new ModelFormatException(Path, $"border {document}", $"{before + 2} to {TokenCount}", $"{border}");
            }

            before = border;
        }

        TokenShardLayout.Require(Path, "last border", before == TokenCount, $"{TokenCount}", $"{before}");
    }

    private void Verify()
    {
        const int Block = 1 << 20;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var end = _map.Length - TokenShardLayout.HashBytes;
        for (long at = 0; at < end; at += Block)
        {
            Guard();
            hash.AppendData(_map.Span(at, (int)Math.Min(Block, end - at)));
        }

        Span<byte> found = stackalloc byte[TokenShardLayout.HashBytes];
        hash.GetHashAndReset(found);
        TokenShardLayout.Require(Path, "check sum", found.SequenceEqual(_map.Span(end, TokenShardLayout.HashBytes)), "the SHA-256 of what is before it", "another: the file is damaged");
    }
}
