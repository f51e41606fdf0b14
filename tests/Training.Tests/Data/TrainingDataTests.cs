using PlamoNative.Engine;
using PlamoNative.Tests;
using PlamoNative.Training.Data;
using Xunit;

namespace PlamoNative.Training.Tests.Data;

public sealed class TrainingDataTests
{
    [Fact]
    public void Text_files_become_batches_whose_targets_are_the_next_tokens()
    {
        using var files = new DataFiles();
        files.Write("a.txt", "abcd\n\n猫は猫。\r\n");
        files.Write("b.txt", "dcba");
        using var data = TrainingData.Open(files.Options(new CorpusOptions { Files = [files["*.txt"]] }, sequenceLength: 16, batchTokens: 16), DataFiles.Tokenizer, null, TestContext.Current.CancellationToken);
        Assert.Equal(3, data.DocumentCount);
        Assert.Equal(4 + 4 + 4, data.CharacterCount);
        Assert.Equal(4 + 12 + 4, data.TextByteCount);
        Assert.Null(data.HeldOut);
        var batch = new TrainingBatch();
        data.Batches.Next(batch);
        Assert.Equal(16, batch.Tokens.Length);
        for (var sequence = 0; sequence < batch.SequenceCount; sequence++)
        {
            var (start, end) = (batch.SequenceOffsets[sequence], batch.SequenceOffsets[sequence + 1]);
            Assert.True(batch.Tokens[(start + 1)..end].SequenceEqual(batch.Targets[start..(end - 1)]));
        }

        Assert.Equal(16.0 / data.TokenCount, data.Epoch, 12);
    }

    [Fact]
    public void Nothing_to_learn_from_is_an_error()
    {
        using var files = new DataFiles();
        files.Write("a.txt", "\n\n");
        var failure = Assert.Throws<ConfigurationException>(() => TrainingData.Open(files.Options(new CorpusOptions { Name = "novels", Files = [files["a.txt"]] }), DataFiles.Tokenizer, null, TestContext.Current.CancellationToken));
        Assert.Equal("data 'novels': files: expected documents to learn from, found none", failure.Message);
    }

    [Fact]
    public void A_novel_on_one_line_comes_back_from_its_shard()
    {
        var folder = SharedData.Require("data/ja");
        using var files = new DataFiles();
        using var dataset = files.Open(new CorpusOptions { Files = [Path.Combine(folder, "bottyan.txt")] }, threads: 2).Training;
        Assert.Equal([File.ReadAllText(Path.Combine(folder, "bottyan.txt")).TrimEnd('\n')], DataFiles.Texts(dataset));
        Assert.Equal(264763 - 1, dataset.TextByteCount);
    }

    /// <summary>A checkpoint that was written before the shards vanished goes on after them: they are made again and are the same data.</summary>
    [Fact]
    public void A_run_resumes_after_its_shards_were_removed()
    {
        using var files = new DataFiles();
        files.Write("a.txt", string.Join('\n', Enumerable.Range(0, 100).Select(static number => $"abcd猫は{number}")));
        var options = files.Options(new CorpusOptions { Files = [files["a.txt"]] });
        var batch = new TrainingBatch();
        System.Text.Json.Nodes.JsonObject position;
        string next;
        using (var data = TrainingData.Open(options, DataFiles.Tokenizer, null, TestContext.Current.CancellationToken))
        {
            data.Batches.Next(batch);
            position = data.Batches.SavePosition();
            data.Batches.Next(batch);
            next = PackedBatchSourceTests.Describe(batch);
        }

        Directory.Delete(files.Shards, recursive: true);
        using var again = TrainingData.Open(options with { Threads = 1 }, DataFiles.Tokenizer, null, TestContext.Current.CancellationToken);
        again.Batches.Seek(position);
        again.Batches.Next(batch);
        Assert.Equal(next, PackedBatchSourceTests.Describe(batch));
    }

    [Fact]
    public void Options_that_do_not_fit_are_named()
    {
        using var files = new DataFiles();
        files.Write("a.txt", "ab");
        var good = files.Options(new CorpusOptions { Name = "novels", Files = [files["a.txt"]] });
        void Refused(string message, DataOptions options) => Assert.Equal(
            message, Assert.Throws<ConfigurationException>(() => TrainingData.Open(options, DataFiles.Tokenizer, null, TestContext.Current.CancellationToken)).Message);
        Refused("data: sources: expected at least one, found none", good with { Sources = [] });
        Refused("data: shard_folder: expected a folder, found an empty path", good with { ShardFolder = "" });
        Refused("data: held_out_fraction: expected 0 to below 1, found 1", good with { HeldOutFraction = 1 });
        Refused("data: threads: expected 0 to 1024, found -1", good with { Threads = -1 });
        Refused("data: novels, separator: expected line, file or a text, found an empty text", good with { Sources = [good.Sources[0] with { Separator = "" }] });
        Refused("data: sequence_length: expected at least 1, found 0", good with { SequenceLength = 0 });
        Refused("data: batch_tokens: expected at least the sequence length, 8, found 7", good with { BatchTokens = 7 });
        Refused("data: held_out_context: expected 0 to 7, found 8", good with { HeldOut = good.Sources[0], HeldOutContext = 8 });
        Refused("data: phase 1, weights: expected 1, one for each corpus, found 2", good with { Phases = [new MixturePhase(0, [1, 2])] });
    }
}
