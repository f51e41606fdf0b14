using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using PlamoNative.Engine.Formats;

namespace PlamoNative.Training.Data;

/// <summary>Writes one token shard, document by document; the file appears when <see cref="Commit"/> is called.</summary>
/// <remarks>Ids go to the disk as they come. Borders (12 bytes a document) and the label mask (1 bit an id) wait in memory.</remarks>
internal sealed class TokenShardWriter : IDisposable
{
    private readonly AtomicFile _file;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly int _vocabularySize;
    private readonly byte[] _tokenizerHash;
    private readonly bool _isWide;
    private readonly List<long> _borders = [0];
    private readonly List<uint> _textBytes = [];
    private readonly List<byte> _mask = [];
    private byte[] _scratch = [];
    private bool _hasMask;
    private long _characters;
    private long _totalTextBytes;

    /// <summary>Starts a shard.</summary>
    /// <param name="path">The file.</param>
    /// <param name="vocabularySize">All ids lie below it; up to 65536 they take two bytes.</param>
    /// <param name="tokenizerHash">SHA-256 of the tokenizer.</param>
    /// <exception cref="IOException">The folder is missing or the system refuses.</exception>
    internal TokenShardWriter(string path, int vocabularySize, ReadOnlySpan<byte> tokenizerHash)
    {
        _vocabularySize = vocabularySize;
        _tokenizerHash = tokenizerHash.ToArray();
        _isWide = vocabularySize > 1 << 16;
        _file = AtomicFile.Create(path);
        Span<byte> head = stackalloc byte[TokenShardLayout.HeadBytes];
        TokenShardLayout.WriteHead(head);
        Write(head);
    }

    /// <summary>Ids so far.</summary>
    internal long TokenCount => _borders[^1];

    /// <summary>Documents so far.</summary>
    internal long DocumentCount => _textBytes.Count;

    private TokenShardLayout Layout => new()
    {
        Flags = (_isWide ? TokenShardLayout.WideFlag : 0) | (_hasMask ? TokenShardLayout.MaskFlag : 0),
        VocabularySize = _vocabularySize,
        DocumentCount = DocumentCount,
        TokenCount = TokenCount,
        CharacterCount = _characters,
        TextByteCount = _totalTextBytes,
    };

    /// <summary>Appends a document.</summary>
    /// <param name="ids">At least two ids below the vocabulary size.</param>
    /// <param name="firstTarget">The first id that may be a target; those before it are context only.</param>
    /// <param name="characters">UTF-16 units of its text.</param>
    /// <param name="textBytes">Bytes of its learned text as UTF-8.</param>
    /// <exception cref="ArgumentException">Fewer than two ids.</exception>
    /// <exception cref="IOException">The disk is full.</exception>
    internal void Add(ReadOnlySpan<int> ids, int firstTarget, long characters, uint textBytes)
    {
        if (ids.Length < 2)
        {
            throw new ArgumentException($"a document has at least two ids, found {ids.Length}", nameof(ids));
        }

        WriteIds(ids);
        Mark(ids.Length, firstTarget);
        _borders.Add(TokenCount + ids.Length);
        _textBytes.Add(textBytes);
        _characters += characters;
        _totalTextBytes += textBytes;
    }

    /// <summary>Writes what waited and makes the file appear.</summary>
    /// <exception cref="IOException">The disk is full.</exception>
    internal void Commit()
    {
        var layout = Layout;
        Pad();
        if (_hasMask)
        {
            Write(CollectionsMarshal.AsSpan(_mask));
            Pad();
        }

        Span<byte> value = stackalloc byte[sizeof(long)];
        foreach (var border in _borders)
        {
            BinaryPrimitives.WriteInt64LittleEndian(value, border);
            Write(value);
        }

        foreach (var bytes in _textBytes)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(value, bytes);
            Write(value[..sizeof(uint)]);
        }

        Pad();
        Span<byte> trailer = stackalloc byte[TokenShardLayout.TrailerBytes];
        layout.WriteTrailer(trailer, _tokenizerHash);
        Write(trailer[..^TokenShardLayout.HashBytes]);
        _file.Stream.Write(_hash.GetHashAndReset());
        _file.Commit();
    }

    public void Dispose()
    {
        _file.Dispose();
        _hash.Dispose();
    }

    /// <summary>Keeps which ids may be targets. While all may, nothing is kept; then the bits of those before are made up.</summary>
    private void Mark(int count, int firstTarget)
    {
        if (!_hasMask && firstTarget == 0)
        {
            return;
        }

        var bits = TokenCount;
        if (!_hasMask)
        {
            _hasMask = true;
            CollectionsMarshal.SetCount(_mask, (int)((bits + 7) / 8));
            var before = CollectionsMarshal.AsSpan(_mask);
            before.Fill(byte.MaxValue);
            if ((bits & 7) != 0)
            {
                before[^1] = (byte)((1 << (int)(bits & 7)) - 1);
            }
        }

        var used = _mask.Count;
        CollectionsMarshal.SetCount(_mask, (int)((bits + count + 7) / 8));
        var mask = CollectionsMarshal.AsSpan(_mask);
        mask[used..].Clear();
        for (var i = firstTarget; i < count; i++)
        {
            mask[(int)((bits + i) >> 3)] |= (byte)(1 << (int)((bits + i) & 7));
        }
    }

    private void WriteIds(ReadOnlySpan<int> ids)
    {
        var size = _isWide ? sizeof(uint) : sizeof(ushort);
        if (_scratch.Length < ids.Length * size)
        {
            _scratch = new byte[ids.Length * size];
        }

        var bytes = _scratch.AsSpan(0, ids.Length * size);
        for (var i = 0; i < ids.Length; i++)
        {
            if ((uint)ids[i] >= (uint)_vocabularySize)
            {
                throw new ArgumentException($"id {ids[i]} of a vocabulary of {_vocabularySize}", nameof(ids));
            }

            if (_isWide)
            {
                BinaryPrimitives.WriteInt32LittleEndian(bytes[(i * sizeof(uint))..], ids[i]);
            }
            else
            {
                BinaryPrimitives.WriteUInt16LittleEndian(bytes[(i * sizeof(ushort))..], (ushort)ids[i]);
            }
        }

        Write(bytes);
    }

    private void Pad()
    {
        var rest = (int)(_file.Stream.Position & 7);
        if (rest > 0)
        {
            Write(stackalloc byte[8 - rest]);
        }
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        _hash.AppendData(bytes);
        _file.Stream.Write(bytes);
    }
}
