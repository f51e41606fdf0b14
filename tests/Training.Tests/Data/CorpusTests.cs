using System.IO.Compression;
using System.Text;
using Parquet;
using Parquet.Schema;
using PlamoNative.Engine;
using PlamoNative.Training.Data;
using SharpCompress.Compressors.ZStandard;
using Xunit;

namespace PlamoNative.Training.Tests.Data;

public sealed class CorpusTests
{
    private const string Text = "abcd\n猫は猫。\nab\n";

    /// <summary><see cref="Text"/> as the commands xz and zstd pack it.</summary>
    private static readonly byte[] Xz = Convert.FromBase64String("/Td6WFoAAATm1rRGAgAhARwAAAAQz1jMAQAUYWJjZArnjKvjga/njKvjgIIKYWIKAAAAAEblHL8HyLGHAAEtFS8LcW0ftvN9AQAAAAAEWVo=");
    private static readonly byte[] Zstd = Convert.FromBase64String("KLUv/QRoqQAAYWJjZArnjKvjga/njKvjgIIKYWIKGhc0Zg==");

    /// <summary>The same with a dictionary of 1.5 GiB asked for.</summary>
    private static readonly byte[] GreedyXz = Convert.FromBase64String("/Td6WFoAAATm1rRGAgAhASUAAAA7eHtBAQAUYWJjZArnjKvjga/njKvjgIIKYWIKAAAAAEblHL8HyLGHAAEtFS8LcW0ftvN9AQAAAAAEWVo=");

    [Theory]
    [InlineData("abcd\n\n猫は猫。\r\nab", CorpusOptions.Line, "abcd|猫は猫。|ab")]
    [InlineData("abcd\n\n猫は猫。\r\nab\n", CorpusOptions.WholeFile, "abcd\n\n猫は猫。\r\nab\n")]
    [InlineData("猫は猫。\n犬は犬。ab", "。", "猫は猫。|犬は犬。|ab")]
    [InlineData("猫は猫。。犬は犬。", "。", "猫は猫。|。|犬は犬。")]
    [InlineData("ab\ncd\n\n\nabc\n\n", "\n\n", "ab\ncd\n\n|abc\n\n")]
    [InlineData("\uFEFFab\ncd", CorpusOptions.Line, "ab|cd")]
    [InlineData("", CorpusOptions.Line, "")]
    [InlineData("\n\r\n\n", CorpusOptions.Line, "")]
    [InlineData("", CorpusOptions.WholeFile, "")]
    [InlineData("a", CorpusOptions.WholeFile, "a")]
    public void Text_is_cut_where_documents_end(string text, string separator, string documents)
    {
        using var files = new DataFiles();
        files.Write("c.txt", text);
        Assert.Equal(documents.Length == 0 ? [] : documents.Split('|'), Read(files, new CorpusOptions { Files = [files["c.txt"]], Separator = separator }));
    }

    /// <summary>Blocks of the reader end anywhere: inside of separators and of characters too.</summary>
    [Fact]
    public void Documents_do_not_depend_on_where_blocks_end()
    {
        using var files = new DataFiles();
        var random = new Random(3);
        var documents = Enumerable.Range(0, 3000).Select(_ => string.Concat(Enumerable.Repeat("猫は犬", random.Next(1, 40))) + new string('a', random.Next(3)) + "。\n").ToArray();
        files.Write("c.txt", string.Concat(documents));
        Assert.Equal(documents, Read(files, new CorpusOptions { Files = [files["c.txt"]], Separator = "。\n" }));
        Assert.Equal(documents.Select(document => document[..^1]), Read(files, new CorpusOptions { Files = [files["c.txt"]] }));
        Assert.Equal([string.Concat(documents)], Read(files, new CorpusOptions { Files = [files["c.txt"]], Separator = CorpusOptions.WholeFile }));
    }

    [Fact]
    public void Gzip_zstd_and_xz_are_found_by_their_first_bytes_and_members_follow_one_another()
    {
        using var files = new DataFiles();
        string[] once = ["abcd", "猫は猫。", "ab"];
        foreach (var (name, bytes) in new[] { ("gzip", Gzip(Text)), ("zstd", Zstd), ("zstd2", PackZstd(Text)), ("xz", Xz) })
        {
            files.Write($"{name}.bin", bytes);
            Assert.Equal(once, Read(files, new CorpusOptions { Name = name, Files = [files[$"{name}.bin"]] }));
            files.Write($"{name}.two", [.. bytes, .. bytes]);
            Assert.Equal([.. once, .. once], Read(files, new CorpusOptions { Name = name, Files = [files[$"{name}.two"]] }));
        }
    }

    [Fact]
    public void Cut_off_or_damaged_packed_files_are_errors()
    {
        using var files = new DataFiles();
        var random = new Random(5);
        var text = string.Concat(Enumerable.Range(0, 5000).Select(_ => (char)('a' + random.Next(26))));
        foreach (var (name, bytes) in new[] { ("gzip", Gzip(text)), ("zstd", PackZstd(text)), ("xz", Xz) })
        {
            foreach (var length in new[] { bytes.Length - 1, bytes.Length - 3, bytes.Length - 4, bytes.Length - 8, bytes.Length - 9, bytes.Length / 2, 20 })
            {
                var path = files.Write($"{name}-{length}", bytes[..length]);
                var failure = Record.Exception(() => Read(files, new CorpusOptions { Files = [path], Separator = CorpusOptions.WholeFile }));
                Assert.True(failure is ModelFormatException, $"{name} cut to {length} of {bytes.Length} bytes: {failure}");
                Assert.StartsWith($"{path}: {name} data: expected whole and undamaged ones, found what cannot be unpacked", failure.Message, StringComparison.Ordinal);
            }
        }

        foreach (var (name, bytes) in new[] { ("gzip", Gzip(text)), ("zstd", Zstd), ("xz", Xz) })
        {
            // In the packed content, which lies in the middle.
            var damaged = (byte[])bytes.Clone();
            damaged[name == "xz" ? 32 : bytes.Length / 2] ^= 1;
            Assert.Throws<ModelFormatException>(() => Read(files, new CorpusOptions { Files = [files.Write($"damaged-{name}", damaged)] }));
        }
    }

    /// <summary>Sizes around those of the decoder's blocks, so that members begin and end at their borders.</summary>
    [Fact]
    public void Gzip_members_of_any_size_come_out_whole()
    {
        using var files = new DataFiles();
        var random = new Random(9);
        foreach (var length in new[] { 1, 31, 32, 33, 8100, 8191, 8192, 8193, 65535, 65536, 65537, 200_000 })
        {
            var text = string.Concat(Enumerable.Range(0, length).Select(_ => (char)('a' + random.Next(4))));
            var path = files.Write($"{length}.gz", [.. Gzip(text), .. Gzip("b"), .. Gzip(text)]);
            Assert.Equal([text + "b" + text], Read(files, new CorpusOptions { Files = [path], Separator = CorpusOptions.WholeFile }));
        }
    }

    [Fact]
    public void A_small_xz_file_that_asks_for_gigabytes_is_refused_before_they_are_allocated()
    {
        using var files = new DataFiles();
        var path = files.Write("greedy.xz", GreedyXz);
        var failure = Assert.Throws<ModelFormatException>(() => Read(files, new CorpusOptions { Files = [path] }));
        Assert.Contains("xz dictionary at byte", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_lines_hold_texts_or_prompts_with_completions()
    {
        using var files = new DataFiles();
        files.Write("c.jsonl", "{\"text\":\"ab\",\"id\":1}\n\n{\"id\":2,\"text\":\"\\u732b\\n\"}\r\n{\"prompt\":\"ab\",\"completion\":\"猫\"}\n{\"text\":\"\"}");
        var corpus = new CorpusOptions { Files = [files["c.jsonl"]] };
        Assert.Equal(["ab", "猫\n", "ab猫"], Read(files, corpus));
        using var dataset = files.Open(corpus).Training;
        var targets = new int[3];
        dataset.Read(2, 0, new int[4], targets);
        var tokenizer = DataFiles.Tokenizer;

        // BOS and "ab" have no target, the end of "ab" has 猫, 猫 has EOS.
        Assert.Equal([-1, tokenizer.File.IdOf("猫")!.Value, tokenizer.EosId!.Value], targets);
        Assert.Equal(3U, dataset.TextBytesOf(2));
        dataset.Read(0, 0, new int[3], targets.AsSpan(0, 2));
        Assert.Equal([tokenizer.File.IdOf("ab")!.Value, tokenizer.EosId!.Value], targets[..2]);
    }

    [Theory]
    [InlineData("{\"text\":\"ab\"}\n{\"text\":", "line 2 at byte 14: expected a JSON object, found what is none after")]
    [InlineData("[1]", "line 1 at byte 0: expected a JSON object, found JSON of kind Array")]
    [InlineData("{\"text\":5}", "expected a string as \"text\", found JSON of kind Number")]
    [InlineData("{\"body\":\"a\",\"n\":1}", "expected \"text\", or \"prompt\" and \"completion\", found the fields \"body\", \"n\"")]
    [InlineData("{\"text\":\"\\ud800\"}", "expected Unicode text in its strings")]
    public void Bad_json_lines_are_named(string content, string expected)
    {
        using var files = new DataFiles();
        var path = files.Write("c.jsonl", content);
        var failure = Assert.Throws<ModelFormatException>(() => Read(files, new CorpusOptions { Files = [path] }));
        Assert.StartsWith(path, failure.Message, StringComparison.Ordinal);
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_named_with_line_and_place()
    {
        using var files = new DataFiles();
        var path = files.Write("c.txt", [.. "ab\nabc"u8, 0xE3, 0x81, (byte)'\n']);
        var failure = Assert.Throws<ModelFormatException>(() => Read(files, new CorpusOptions { Files = [path], Separator = CorpusOptions.WholeFile }));
        Assert.Equal($"{path}: line 2 at byte 6: expected UTF-8 text, found the byte 0xE3 where no character goes on", failure.Message);
        Assert.Empty(Directory.GetFileSystemEntries(files.Shards));
    }

    [Fact]
    public async Task Parquet_gives_the_texts_of_a_column()
    {
        using var files = new DataFiles();
        await WriteParquet(files["c.parquet"], ["ab", null, "", "猫は猫。"], ["cd"]);
        Assert.Equal(["ab", "猫は猫。", "cd"], Read(files, new CorpusOptions { Files = [files["c.parquet"]], TextField = "body" }));
        var missing = Assert.Throws<ModelFormatException>(() => Read(files, new CorpusOptions { Files = [files["c.parquet"]] }));
        Assert.Equal($"{files["c.parquet"]}: column 'text': expected a column of strings, found the columns id, body", missing.Message);
        var number = Assert.Throws<ModelFormatException>(() => Read(files, new CorpusOptions { Files = [files["c.parquet"]], TextField = "id" }));
        Assert.Contains("found one of Int32", number.Message, StringComparison.Ordinal);
        var bytes = await File.ReadAllBytesAsync(files["c.parquet"]);
        foreach (var length in new[] { 0, 3, bytes.Length / 2, bytes.Length - 1 })
        {
            var path = files.Write($"cut{length}.parquet", bytes[..length]);
            Assert.StartsWith(path, Assert.Throws<ModelFormatException>(() => Read(files, new CorpusOptions { Files = [path], TextField = "body" })).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Missing_files_folders_and_patterns_without_files_are_named()
    {
        using var files = new DataFiles();
        files.Write("a/c.txt", "ab");
        Assert.Contains("no.txt", Assert.Throws<FileNotFoundException>(() => Read(files, new CorpusOptions { Files = [files["no.txt"]] })).Message, StringComparison.Ordinal);
        Assert.Contains("expected a regular file, found a folder", Assert.Throws<ModelFormatException>(() => Read(files, new CorpusOptions { Files = [files["a"]] })).Message, StringComparison.Ordinal);
        Assert.Contains("a pattern that finds files", Assert.Throws<ConfigurationException>(() => Read(files, new CorpusOptions { Files = [files["*.md"]] })).Message, StringComparison.Ordinal);
        Assert.Contains("last part", Assert.Throws<ConfigurationException>(() => Read(files, new CorpusOptions { Files = [files["*/c.txt"]] })).Message, StringComparison.Ordinal);
        Assert.Contains("at least one file", Assert.Throws<ConfigurationException>(() => Read(files, new CorpusOptions { Files = [] })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Patterns_find_files_in_order_and_each_once()
    {
        using var files = new DataFiles();
        files.Write("b.txt", "b");
        files.Write("a.txt", "a");
        files.Write("deep/er/c.txt", "c");
        Assert.Equal(["b", "a"], Read(files, new CorpusOptions { Files = [files["b.txt"], files["?.txt"]] }));
        Assert.Equal(["a", "b", "c"], Read(files, new CorpusOptions { Files = [files["**/*.txt"]] }));
    }

    [Theory]
    [InlineData("x.jsonl", CorpusFormat.Jsonl)]
    [InlineData("x.ndjson.gz", CorpusFormat.Jsonl)]
    [InlineData("x.JSONL.zst", CorpusFormat.Jsonl)]
    [InlineData("x.parquet", CorpusFormat.Parquet)]
    [InlineData("x.txt.xz", CorpusFormat.Text)]
    [InlineData("x", CorpusFormat.Text)]
    public void Formats_follow_extensions(string path, CorpusFormat expected)
    {
        Assert.Equal(expected, DocumentReader.FormatOf(path, CorpusFormat.Auto));
        Assert.Equal(CorpusFormat.Text, DocumentReader.FormatOf(path, CorpusFormat.Text));
    }

    private static List<string> Read(DataFiles files, CorpusOptions corpus)
    {
        var (training, heldOut) = files.Open(corpus);
        using (training)
        using (heldOut)
        {
            return DataFiles.Texts(training);
        }
    }

    private static byte[] Gzip(string text)
    {
        using var packed = new MemoryStream();
        using (var stream = new GZipStream(packed, CompressionLevel.Optimal))
        {
            stream.Write(Encoding.UTF8.GetBytes(text));
        }

        return packed.ToArray();
    }

    private static byte[] PackZstd(string text)
    {
        using var packed = new MemoryStream();
        using (var stream = new CompressionStream(packed))
        {
            stream.Write(Encoding.UTF8.GetBytes(text));
        }

        return packed.ToArray();
    }

    private static async Task WriteParquet(string path, params string?[][] groups)
    {
        var id = new DataField<int>("id");
        var body = new DataField("body", typeof(string), isNullable: true);
        await using var file = File.Create(path);
        await using var writer = await ParquetWriter.CreateAsync(new ParquetSchema(id, body), file);
        foreach (var texts in groups)
        {
            using var group = writer.CreateRowGroup();
            await group.WriteAsync<int>(id, Enumerable.Range(0, texts.Length).ToArray());
            await group.WriteAsync(body, texts!);
        }
    }
}
