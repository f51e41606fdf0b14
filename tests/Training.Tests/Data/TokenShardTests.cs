using System.Buffers.Binary;
using System.Security.Cryptography;
using PlamoNative.Engine;
using PlamoNative.Training.Data;
using Xunit;

namespace PlamoNative.Training.Tests.Data;

public sealed class TokenShardTests
{
    private static readonly byte[] Hash = [.. Enumerable.Range(0, 32).Select(static value => (byte)value)];

    [Theory]
    [InlineData(300)]
    [InlineData(65536)]
    [InlineData(65537)]
    public void What_was_written_is_read(int vocabularySize)
    {
        using var files = new DataFiles();
        int[][] documents = [[1, 2], [5, 299, 7], [.. Enumerable.Range(0, 300)], [vocabularySize - 1, 0]];
        Write(files["a.tokens"], vocabularySize, documents);
        using var shard = TokenShard.Open(files["a.tokens"], verify: true);
        Assert.Equal(4, shard.DocumentCount);
        Assert.Equal(307, shard.TokenCount);
        Assert.Equal(vocabularySize, shard.VocabularySize);
        Assert.Equal(Hash, shard.TokenizerHash);
        for (var document = 0; document < documents.Length; document++)
        {
            Assert.Equal(documents[document].Length, shard.Length(document));
            Assert.Equal((uint)(10 * document), shard.TextBytes(document));
            var ids = new int[documents[document].Length];
            shard.Read(document, 0, ids);
            Assert.Equal(documents[document], ids);
            shard.Read(document, 1, ids.AsSpan(1));
            Assert.Equal(documents[document], ids);
        }

        Assert.Equal(60, shard.TextByteCount);
        Assert.Equal(4, shard.CharacterCount);
        Assert.Equal(vocabularySize > 65536 ? 16 + 1232 + 40 + 16 + 128 : 16 + 616 + 40 + 16 + 128, new FileInfo(files["a.tokens"]).Length);
    }

    [Fact]
    public void Labels_that_are_not_learned_are_masked_wherever_the_first_of_them_comes()
    {
        using var files = new DataFiles();
        var random = new Random(1);
        var firsts = Enumerable.Range(0, 50).Select(document => document < 7 ? 0 : random.Next(0, 6)).ToArray();
        using (var writer = new TokenShardWriter(files["a.tokens"], 100, Hash))
        {
            foreach (var first in firsts)
            {
                writer.Add([10, 11, 12, 13, 14], first, 1, 1);
            }

            writer.Commit();
        }

        using var shard = TokenShard.Open(files["a.tokens"], verify: true);
        for (var document = 0; document < firsts.Length; document++)
        {
            int[] targets = [10, 11, 12, 13, 14];
            shard.Mask(document, 0, targets, -1);
            Assert.Equal(Enumerable.Range(0, 5).Select(place => place < firsts[document] ? -1 : 10 + place), targets);
            int[] two = [12, 13];
            shard.Mask(document, 2, two, -1);
            Assert.Equal(targets[2..4], two);
        }
    }

    [Fact]
    public void A_shard_without_documents_can_be_read()
    {
        using var files = new DataFiles();
        Write(files["a.tokens"], 300, []);
        using var shard = TokenShard.Open(files["a.tokens"], verify: true);
        Assert.Equal(0, shard.DocumentCount);
        Assert.Throws<ArgumentOutOfRangeException>(() => shard.Read(0, 0, new int[1]));
    }

    [Fact]
    public void A_writer_that_is_given_up_leaves_nothing()
    {
        using var files = new DataFiles();
        using (var writer = new TokenShardWriter(files["a.tokens"], 300, Hash))
        {
            writer.Add([1, 2], 0, 1, 1);
            Assert.Throws<ArgumentException>(() => writer.Add([1], 0, 1, 1));
            Assert.Throws<ArgumentException>(() => writer.Add([1, 300], 0, 1, 1));
            Assert.Throws<ArgumentException>(() => writer.Add([1, -1], 0, 1, 1));
        }

        Assert.Empty(Directory.GetFileSystemEntries(files.Root));
    }

    [Fact]
    public void Reading_outside_of_a_document_is_refused()
    {
        using var files = new DataFiles();
        Write(files["a.tokens"], 300, [[1, 2, 3], [4, 5, 6]]);
        using var shard = TokenShard.Open(files["a.tokens"], verify: false);
        Assert.Throws<ArgumentOutOfRangeException>(() => shard.Read(0, 0, new int[4]));
        Assert.Throws<ArgumentOutOfRangeException>(() => shard.Read(0, -1, new int[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => shard.Read(1, 3, new int[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => shard.Read(-1, 0, new int[1]));
    }

    /// <summary>Whatever stands in head and trailer: an error that names the file, or the very same content; with the check sum, never the latter.</summary>
    [Fact]
    public void Hostile_bytes_never_lead_outside_of_the_file()
    {
        using var files = new DataFiles();
        Write(files["a.tokens"], 300, [[1, 2], [5, 299, 7], [8, 9]]);
        var good = File.ReadAllBytes(files["a.tokens"]);
        var random = new Random(4);
        var path = files["b.tokens"];
        for (var trial = 0; trial < 700; trial++)
        {
            var bytes = (byte[])good.Clone();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                var at = random.Next(good.Length);
                if (random.Next(2) == 0 && at <= good.Length - 8)
                {
                    long[] values = [0, -1, long.MaxValue, long.MinValue, 1L << 40, good.Length, good.Length - 1, 7];
                    BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(at & ~7), values[random.Next(values.Length)]);
                }
                else
                {
                    bytes[at] ^= (byte)(1 << random.Next(8));
                }
            }

            if (random.Next(4) == 0)
            {
                bytes = bytes[..random.Next(bytes.Length)];
            }

            File.WriteAllBytes(path, bytes);
            try
            {
                using var shard = TokenShard.Open(path, verify: false);
                for (long document = 0; document < shard.DocumentCount; document++)
                {
                    var ids = new int[shard.Length(document)];
                    shard.Read(document, 0, ids);
                    shard.Mask(document, 0, ids, -1);
                    _ = shard.TextBytes(document);
                }
            }
            catch (Exception failure) when (failure is ModelFormatException or IOException)
            {
                Assert.StartsWith(path, failure.Message, StringComparison.Ordinal);
            }

            if (!bytes.AsSpan().SequenceEqual(good))
            {
                Assert.Throws<ModelFormatException>(() => TokenShard.Open(path, verify: true));
            }
        }
    }

    [Theory]
    [InlineData(-128, "magic: expected PLAMOTOK at the start and at the end")]
    [InlineData(0, "magic: expected PLAMOTOK at the start and at the end")]
    [InlineData(8, "version: expected 1, found 2")]
    [InlineData(-120, "trailer: expected the version of the start, found another")]
    [InlineData(-116, "flags: expected bits 0 and 1 only")]
    [InlineData(-112, "vocabulary size: expected 1 to 65536")]
    [InlineData(-104, "documents: expected a count that the file has room for")]
    [InlineData(-96, "ids: expected a count that the file has room for")]
    [InlineData(-40, "trailer: expected 8 zeros")]
    [InlineData(16, "check sum: expected the SHA-256 of what is before it")]
    public void Each_field_is_checked(int at, string message)
    {
        using var files = new DataFiles();
        Write(files["a.tokens"], 300, [[1, 2], [5, 299, 7], [8, 9]]);
        var bytes = File.ReadAllBytes(files["a.tokens"]);
        var field = bytes.AsSpan(at < 0 ? bytes.Length + at : at);
        if (at == 8)
        {
            field[0] = 2;
        }
        else
        {
            BinaryPrimitives.WriteInt64LittleEndian(field, at == -40 ? 1 : long.MaxValue - 7);
        }

        File.WriteAllBytes(files["a.tokens"], bytes);
        var failure = Assert.Throws<ModelFormatException>(() => TokenShard.Open(files["a.tokens"], verify: true));
        Assert.StartsWith($"{files["a.tokens"]}: {message}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ids_outside_of_the_vocabulary_are_found_even_where_the_check_sum_was_not_compared()
    {
        using var files = new DataFiles();
        Write(files["a.tokens"], 300, [[1, 2], [5, 299, 7]]);
        var bytes = File.ReadAllBytes(files["a.tokens"]);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(16 + 6), 300);
        File.WriteAllBytes(files["a.tokens"], bytes);
        using var shard = TokenShard.Open(files["a.tokens"], verify: false);
        shard.Read(0, 0, new int[2]);
        var failure = Assert.Throws<IOException>(() => shard.Read(1, 0, new int[3]));
        Assert.Contains("expected ids below 300, found 300", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_trailer_ends_with_the_hash_of_all_before_it()
    {
        using var files = new DataFiles();
        Write(files["a.tokens"], 300, [[1, 2]]);
        var bytes = File.ReadAllBytes(files["a.tokens"]);
        Assert.Equal(SHA256.HashData(bytes.AsSpan(0, bytes.Length - 32)), bytes[^32..]);
    }

    private static void Write(string path, int vocabularySize, int[][] documents)
    {
        using var writer = new TokenShardWriter(path, vocabularySize, Hash);
        for (var document = 0; document < documents.Length; document++)
        {
            writer.Add(documents[document], 0, 1, (uint)(10 * document));
        }

        writer.Commit();
    }
}
