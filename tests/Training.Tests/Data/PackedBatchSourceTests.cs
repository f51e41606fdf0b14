using System.Text.Json.Nodes;
using PlamoNative.Engine;
using PlamoNative.Training.Data;
using Xunit;

namespace PlamoNative.Training.Tests.Data;

public sealed class PackedBatchSourceTests
{
    private static readonly int[] Lengths = [.. Enumerable.Range(1, 40), 500, 8, 9, 16, 17, 1, 1000, 7];

    [Theory]
    [InlineData(8, 32)]
    [InlineData(8, 8)]
    [InlineData(8, 13)]
    [InlineData(1, 5)]
    [InlineData(600, 1000)]
    public void Every_batch_is_full_and_every_target_follows_its_token(int sequenceLength, int batchTokens)
    {
        using var files = new DataFiles();
        using var dataset = files.Dataset(Lengths);
        using var source = Source(dataset, sequenceLength, batchTokens);
        var batch = new TrainingBatch();
        for (var i = 0; i < 200; i++)
        {
            source.Next(batch);
            Assert.Equal(batchTokens, batch.Tokens.Length);
            Assert.Equal(batchTokens, batch.TargetCount);
            for (var token = 0; token < batchTokens; token++)
            {
                Assert.Equal(batch.Tokens[token] + 1, batch.Targets[token]);
            }

            for (var sequence = 0; sequence < batch.SequenceCount; sequence++)
            {
                var (start, end) = (batch.SequenceOffsets[sequence], batch.SequenceOffsets[sequence + 1]);
                Assert.InRange(end - start, 1, sequenceLength);
                Assert.Equal(batch.Tokens[start] + end - start - 1, batch.Tokens[end - 1]);
            }
        }
    }

    [Theory]
    [InlineData(8, 32)]
    [InlineData(8, 13)]
    [InlineData(64, 128)]
    public void Over_many_epochs_each_target_comes_as_often_as_every_other_but_for_those_that_wait(int sequenceLength, int batchTokens)
    {
        using var files = new DataFiles();
        using var dataset = files.Dataset(Lengths);
        using var source = Source(dataset, sequenceLength, batchTokens);
        var counts = new Dictionary<int, int>();
        var batch = new TrainingBatch();
        var batches = 10 * dataset.InputCount / batchTokens;
        for (var i = 0; i < batches; i++)
        {
            source.Next(batch);
            foreach (var token in batch.Tokens)
            {
                counts[token] = counts.GetValueOrDefault(token) + 1;
            }
        }

        Assert.Equal(dataset.InputCount, counts.Count);
        Assert.All(counts.Values, static count => Assert.InRange(count, 9, 11));
        Assert.Equal((double)(batches * batchTokens) / dataset.InputCount, source.Epoch, 12);
    }

    /// <summary>When no piece is full, none waits for a full batch longer than those drawn before it: epochs follow one another to the token.</summary>
    [Fact]
    public void An_epoch_of_short_documents_gives_each_target_exactly_once()
    {
        using var files = new DataFiles();
        int[] lengths = [.. Enumerable.Range(1, 31)];
        using var dataset = files.Dataset(lengths);
        using var source = Source(dataset, sequenceLength: 32, batchTokens: 62);
        var batch = new TrainingBatch();
        for (var epoch = 0; epoch < 3; epoch++)
        {
            var seen = new HashSet<int>();
            for (var i = 0; i < dataset.InputCount / 62; i++)
            {
                source.Next(batch);
                Assert.All(batch.Tokens.ToArray(), token => Assert.True(seen.Add(token)));
            }

            Assert.Equal(dataset.InputCount, seen.Count);
        }
    }

    [Fact]
    public void A_batch_of_full_sequences_is_not_shifted_by_short_ones()
    {
        using var files = new DataFiles();
        using var dataset = files.Dataset(2000, 3000, 5);
        using var source = Source(dataset, sequenceLength: 16, batchTokens: 64);
        var batch = new TrainingBatch();
        var full = 0;
        for (var i = 0; i < 78; i++)
        {
            source.Next(batch);
            for (var sequence = 0; sequence < batch.SequenceCount; sequence++)
            {
                full += batch.SequenceOffsets[sequence + 1] - batch.SequenceOffsets[sequence] == 16 ? 1 : 0;
            }
        }

        Assert.InRange(full, 78 * 4 - 8, 78 * 4);
    }

    [Fact]
    public void From_a_saved_position_come_the_same_batches()
    {
        using var files = new DataFiles();
        using var dataset = files.Dataset(Lengths);
        var random = new Random(11);
        foreach (var (sequenceLength, batchTokens) in new[] { (8, 32), (8, 13), (64, 64), (600, 1000) })
        {
            using var whole = Source(dataset, sequenceLength, batchTokens);
            var positions = new List<string>();
            var batches = new List<string>();
            var batch = new TrainingBatch();
            for (var i = 0; i < 150; i++)
            {
                positions.Add(whole.SavePosition().ToJsonString());
                whole.Next(batch);
                batches.Add(Describe(batch));
            }

            using var resumed = Source(dataset, sequenceLength, batchTokens);
            for (var trial = 0; trial < 25; trial++)
            {
                var start = random.Next(batches.Count);
                resumed.Seek(JsonNode.Parse(positions[start])!.AsObject());
                Assert.Equal(positions[start], resumed.SavePosition().ToJsonString());
                for (var i = start; i < Math.Min(start + 4, batches.Count); i++)
                {
                    resumed.Next(batch);
                    Assert.Equal(batches[i], Describe(batch));
                }
            }
        }
    }

    [Fact]
    public void A_position_of_other_data_or_options_is_refused()
    {
        using var files = new DataFiles();
        using var dataset = files.Dataset(Lengths);
        using var source = Source(dataset, 8, 32);
        source.Next(new TrainingBatch());
        var position = source.SavePosition().ToJsonString();
        void Refused(string expected, Action<JsonObject> change)
        {
            var changed = JsonNode.Parse(position)!.AsObject();
            change(changed);
            var before = source.SavePosition().ToJsonString();
            var failure = Assert.Throws<ModelFormatException>(() => source.Seek(changed));
            Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
            Assert.Equal(before, source.SavePosition().ToJsonString());
        }

        Refused("seed: expected 7, that of this run, found 8", json => json["seed"] = 8);
        Refused("sequence_length: expected 8, that of this run, found 16", json => json["sequence_length"] = 16);
        Refused("data: expected fingerprint", json => json["corpora"]![0]!["data"] = "other");
        Refused("piece: expected 0 to", json => json["corpora"]![0]!["piece"] = 1_000_000);
        Refused("epoch: expected at least 0", json => json["corpora"]![0]!["epoch"] = -1);
        Refused("seed: expected a value, found none", json => json.Remove("seed"));
        Refused("values of the kinds", json => json["seed"] = "seven");
        Refused("waiting: expected arrays of five numbers", json => json["waiting"] = new JsonArray(new JsonArray(1)));
        Refused("waiting: expected a piece of the data", json => json["waiting"] = new JsonArray(new JsonArray(5, 0L, 0L, 0L, 1)));
        Refused("waiting: expected the end of a piece", json => json["waiting"] = new JsonArray(new JsonArray(0, 0L, 0L, 0L, 100)));
        Refused("corpora: expected 1, found 0", json => json["corpora"] = new JsonArray());
    }

    [Fact]
    public void A_steady_batch_allocates_nothing()
    {
        using var files = new DataFiles();
        using var dataset = files.Dataset(Lengths);
        using var source = Source(dataset, 16, 128);
        var batch = new TrainingBatch();
        for (var i = 0; i < 300; i++)
        {
            source.Next(batch);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 300; i++)
        {
            source.Next(batch);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Shards_cut_off_while_they_are_used_are_an_error_and_the_position_stays()
    {
        using var files = new DataFiles();
        using var dataset = files.Dataset(Lengths);
        using var source = Source(dataset, 8, 32);
        var batch = new TrainingBatch();
        source.Next(batch);
        var position = source.SavePosition().ToJsonString();
        var path = Directory.GetFiles(files.Root, "*.tokens").Single();
        var bytes = File.ReadAllBytes(path);
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(100);
        }

        var failure = Assert.Throws<IOException>(() => source.Next(batch));
        Assert.Equal($"{path}: the token shard was cut off while it was used: expected {bytes.Length} bytes, found 100", failure.Message);
        Assert.Equal(position, source.SavePosition().ToJsonString());
        Assert.Equal(0, batch.SequenceCount);
    }

    [Fact]
    public void Shards_that_vanish_while_they_are_used_stay_readable()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not remove files in use");
        using var files = new DataFiles();
        using var dataset = files.Dataset(Lengths);
        using var source = Source(dataset, 8, 32);
        File.Delete(Directory.GetFiles(files.Root, "*.tokens").Single());
        var batch = new TrainingBatch();
        source.Next(batch);
        Assert.Equal(32, batch.TargetCount);
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused()
    {
        using var files = new DataFiles();
        using var dataset = files.Dataset(10);
        Assert.Equal("data: sequence_length: expected at least 1, found 0", Assert.Throws<ConfigurationException>(() => Source(dataset, 0, 4)).Message);
        Assert.Equal("data: batch_tokens: expected at least the sequence length, 8, found 4", Assert.Throws<ConfigurationException>(() => Source(dataset, 8, 4)).Message);
    }

    internal static string Describe(TrainingBatch batch) =>
        $"{string.Join(' ', batch.SequenceOffsets.ToArray())} | {string.Join(' ', batch.Tokens.ToArray())} | {string.Join(' ', batch.Targets.ToArray())}";

    private static PackedBatchSource Source(TokenDataset dataset, int sequenceLength, int batchTokens) =>
        new([dataset], [new MixturePhase(long.MaxValue, [1])], sequenceLength, batchTokens, seed: 7);
}
