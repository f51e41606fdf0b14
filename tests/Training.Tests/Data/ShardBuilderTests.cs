using PlamoNative.Engine;
using PlamoNative.Training.Data;
using Xunit;

namespace PlamoNative.Training.Tests.Data;

public sealed class ShardBuilderTests
{
    [Fact]
    public void Shards_do_not_depend_on_the_number_of_threads()
    {
        using var files = new DataFiles();
        WriteMany(files, "c.txt", 3000);
        var corpus = new CorpusOptions { Files = [files["c.txt"]] };
        var contents = new List<byte[]>();
        foreach (var threads in new[] { 1, 2, 5 })
        {
            var (training, heldOut) = files.Open(corpus, heldOut: 0.1, threads: threads);
            training.Dispose();
            heldOut.Dispose();
            var set = Directory.GetDirectories(files.Shards).Single();
            contents.Add([.. Directory.GetFiles(set).Order(StringComparer.Ordinal).SelectMany(File.ReadAllBytes)]);
            Directory.Delete(set, recursive: true);
        }

        Assert.Equal(contents[0], contents[1]);
        Assert.Equal(contents[0], contents[2]);
    }

    [Fact]
    public void Documents_keep_their_order_over_several_files_of_shards()
    {
        using var files = new DataFiles();
        var texts = WriteMany(files, "c.txt", 500);
        using var dataset = files.Open(new CorpusOptions { Files = [files["c.txt"]] }, tokensPerShard: 100).Training;
        Assert.True(Directory.GetFiles(Directory.GetDirectories(files.Shards).Single(), "train-*.tokens").Length > 10);
        Assert.Equal(texts, DataFiles.Texts(dataset));
        Assert.Equal(texts.Sum(static text => (long)text.Length), dataset.CharacterCount);
        Assert.Equal(texts.Select(static text => (uint)System.Text.Encoding.UTF8.GetByteCount(text)), Enumerable.Range(0, texts.Length).Select(document => dataset.TextBytesOf(document)));
    }

    [Fact]
    public void A_document_begins_with_bos_and_ends_with_eos_if_it_shall()
    {
        using var files = new DataFiles();
        files.Write("c.txt", "abd\nd");
        var corpus = new CorpusOptions { Files = [files["c.txt"]] };
        var tokenizer = DataFiles.Tokenizer;
        int Id(string text) => tokenizer.File.IdOf(text)!.Value;
        foreach (var (bos, eos) in new[] { (true, true), (true, false), (false, true), (false, false) })
        {
            var (dataset, none) = new ShardStore(files.Shards, tokenizer, null, CancellationToken.None).Open(corpus, new ShardOptions { AddBos = bos, AddEos = eos });
            using (dataset)
            using (none)
            {
                int[] expected = [.. bos ? [tokenizer.BosId!.Value] : Array.Empty<int>(), Id("ab"), Id("d"), .. eos ? [tokenizer.EosId!.Value] : Array.Empty<int>()];
                var ids = new int[expected.Length];
                dataset.Read(0, 0, ids, new int[ids.Length - 1]);
                Assert.Equal(expected, ids);

                // Of a single token without neighbours nothing can be learned.
                Assert.Equal(bos || eos ? 2 : 1, dataset.DocumentCount);
            }
        }
    }

    [Fact]
    public void Held_out_documents_are_chosen_by_their_text_alone()
    {
        using var files = new DataFiles();
        var texts = WriteMany(files, "c.txt", 2000);
        files.Write("reversed.txt", string.Join('\n', texts.Reverse()));
        var split = new List<(HashSet<string> Training, HashSet<string> HeldOut)>();
        foreach (var name in new[] { "c.txt", "reversed.txt" })
        {
            var (training, heldOut) = files.Open(new CorpusOptions { Files = [files[name]] }, heldOut: 0.1);
            using (training)
            using (heldOut)
            {
                split.Add(([.. DataFiles.Texts(training)], [.. DataFiles.Texts(heldOut)]));
                Assert.Equal(texts.Length, training.DocumentCount + heldOut.DocumentCount);
            }
        }

        Assert.Equal(split[0].Training, split[1].Training);
        Assert.Equal(split[0].HeldOut, split[1].HeldOut);
        Assert.Empty(split[0].Training.Intersect(split[0].HeldOut));
        var distinct = split[0].Training.Count + split[0].HeldOut.Count;
        Assert.InRange(split[0].HeldOut.Count, 0.06 * distinct, 0.14 * distinct);
    }

    [Fact]
    public void Shards_are_used_again_for_the_same_contents_and_only_for_them()
    {
        using var files = new DataFiles();
        files.Write("a.txt", "ab\ncd");
        var corpus = new CorpusOptions { Files = [files["a.txt"]] };
        var progress = new Messages();
        string Fingerprint(CorpusOptions options, double heldOut = 0)
        {
            var (training, none) = files.Open(options, heldOut, progress: progress);
            using (training)
            using (none)
            {
                return training.Fingerprint;
            }
        }

        var first = Fingerprint(corpus);
        Assert.DoesNotContain(progress.Texts, static text => text is not null);
        Assert.Equal(first, Fingerprint(corpus));
        Assert.StartsWith("using the shards in", progress.Texts[^1], StringComparison.Ordinal);

        files.Write("moved.txt", "ab\ncd");
        Assert.Equal(first, Fingerprint(corpus with { Files = [files["moved.txt"]] }));
        files.Write("a.txt", "ab\ncc");
        string[] others = [Fingerprint(corpus), Fingerprint(corpus, heldOut: 0.5), Fingerprint(corpus with { Separator = "。" })];
        Assert.Equal(4, others.Append(first).Distinct().Count());
    }

    [Theory]
    [InlineData("set.json")]
    [InlineData("train-00000.tokens")]
    public void Damaged_or_vanished_shards_are_made_again(string name)
    {
        using var files = new DataFiles();
        files.Write("a.txt", "ab\ncd");
        var corpus = new CorpusOptions { Files = [files["a.txt"]] };
        files.Open(corpus).Training.Dispose();
        var path = Path.Combine(Directory.GetDirectories(files.Shards).Single(), name);
        var good = File.ReadAllBytes(path);
        foreach (var content in new[] { null, Array.Empty<byte>(), good[..^5], [.. good.Select(static (value, at) => at == 20 ? (byte)(value ^ 1) : value)] })
        {
            File.Delete(path);
            if (content is not null)
            {
                File.WriteAllBytes(path, content);
            }

            var progress = new Messages();
            using var dataset = files.Open(corpus, progress: progress).Training;
            Assert.Equal(["ab", "cd"], DataFiles.Texts(dataset));
            Assert.Equal(good, File.ReadAllBytes(path));
            Assert.True(progress.Texts.Any(static text => text?.StartsWith("making the shards again: ", StringComparison.Ordinal) == true) || (name == "set.json" && content is null));
        }
    }

    [Fact]
    public void An_error_in_the_middle_leaves_no_half_set_and_the_first_error_is_the_one_reported()
    {
        using var files = new DataFiles();
        WriteMany(files, "a.txt", 3000);
        var bad = files.Write("b.txt", [.. "ab\n"u8, 0xFF, .. "\nab\n"u8, 0xFE]);
        var failure = Assert.Throws<ModelFormatException>(() => files.Open(new CorpusOptions { Files = [files["a.txt"], bad] }, threads: 3));
        Assert.Equal($"{bad}: line 2 at byte 3: expected UTF-8 text, found the byte 0xFF where no character goes on", failure.Message);
        Assert.Empty(Directory.GetFileSystemEntries(files.Shards));
    }

    [Fact]
    public void Cancelling_leaves_no_half_set()
    {
        using var files = new DataFiles();
        files.Write("a.txt", "ab\ncd");
        var options = files.Options(new CorpusOptions { Files = [files["a.txt"]] });
        Assert.Throws<OperationCanceledException>(() => TrainingData.Open(options, DataFiles.Tokenizer, null, new CancellationToken(canceled: true)));
        Assert.Empty(Directory.GetFileSystemEntries(files.Shards));
    }

    [Fact]
    public void Progress_reaches_the_whole()
    {
        using var files = new DataFiles();
        var texts = WriteMany(files, "a.txt", 300);
        var progress = new Messages();
        files.Open(new CorpusOptions { Name = "novels", Files = [files["a.txt"]] }, progress: progress).Training.Dispose();
        var last = progress.All[^1];
        Assert.Equal("novels", last.Corpus);
        Assert.Equal(new FileInfo(files["a.txt"]).Length, last.TotalBytes);
        Assert.Equal(last.TotalBytes, last.BytesDone);
        Assert.Equal(300, last.DocumentCount);
        Assert.Equal(texts.Sum(static text => text.Length), last.CharacterCount);
    }

    private static string[] WriteMany(DataFiles files, string name, int count)
    {
        var random = new Random(8);
        string[] words = ["ab", "猫は", "犬", "abc", "。", "です", "é", "😀"];
        var texts = Enumerable.Range(0, count).Select(_ => string.Concat(Enumerable.Range(0, random.Next(1, 30)).Select(_ => words[random.Next(words.Length)]))).ToArray();
        files.Write(name, string.Join('\n', texts));
        return texts;
    }

    private sealed class Messages : IProgress<DataProgress>
    {
        public List<DataProgress> All { get; } = [];

        public List<string?> Texts => [.. All.Select(static report => report.Message)];

        public void Report(DataProgress value) => All.Add(value);
    }
}
