using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using PlamoNative.Engine;
using PlamoNative.Engine.Formats;
using PlamoNative.Runtime.Tokenization;

namespace PlamoNative.Training.Data;

/// <summary>
/// Names the result of sharding by everything that it depends on: contents and order of the files, the tokenizer, the options. Names and dates of files do not
/// count, so that data may be moved or copied.
/// </summary>
internal static class ShardKey
{
    private const int BlockBytes = 1 << 18;

    /// <summary>SHA-256 of the vocabulary and of the tokens that begin and end documents.</summary>
    internal static byte[] OfTokenizer(PlamoTokenizer tokenizer)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using (var stream = new MemoryStream())
        {
            tokenizer.File.Write(stream);
            hash.AppendData(stream.GetBuffer().AsSpan(0, (int)stream.Length));
        }

        Append(hash, tokenizer.Count);
        Append(hash, tokenizer.BosId ?? -1);
        Append(hash, tokenizer.EosId ?? -1);
        return hash.GetHashAndReset();
    }

    /// <summary>The key of a corpus: 64 hexadecimal digits.</summary>
    /// <exception cref="ModelFormatException">A path is no regular file.</exception>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    internal static string Of(CorpusOptions corpus, IReadOnlyList<string> files, ShardOptions options, ReadOnlySpan<byte> tokenizerHash)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, TokenShardLayout.Version);
        hash.AppendData(tokenizerHash);
        Append(hash, options.AddBos ? 1 : 0);
        Append(hash, options.AddEos ? 1 : 0);
        Append(hash, BitConverter.DoubleToInt64Bits(options.HeldOutFraction));
        Append(hash, options.TokensPerShard);
        Append(hash, corpus.Separator);
        Append(hash, corpus.TextField);
        Append(hash, corpus.PromptField);
        Append(hash, corpus.CompletionField);
        var block = new byte[BlockBytes];
        foreach (var file in files)
        {
            Append(hash, (int)DocumentReader.FormatOf(file, corpus.Format));
            hash.AppendData(OfFile(file, block));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static byte[] OfFile(string path, byte[] block)
    {
        using var stream = InputFile.Open(path);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        try
        {
            while (stream.Read(block) is > 0 and var count)
            {
                hash.AppendData(block, 0, count);
            }
        }
        catch (IOException failure)
        {
            throw new IOException($"{path}: cannot be read: {failure.Message}", failure);
        }

        return hash.GetHashAndReset();
    }

    private static void Append(IncrementalHash hash, long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        hash.AppendData(bytes);
    }

    private static void Append(IncrementalHash hash, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Append(hash, bytes.Length);
        hash.AppendData(bytes);
    }
}
