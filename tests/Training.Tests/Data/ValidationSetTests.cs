using System.Text.Json.Nodes;
using PlamoNative.Engine;
using PlamoNative.Training.Data;
using Xunit;

namespace PlamoNative.Training.Tests.Data;

public sealed class ValidationSetTests
{
    private static readonly int[] Lengths = [5, 100, 1, 8, 16, 17, 3];

    [Theory]
    [InlineData(8, 0, 32)]
    [InlineData(8, 3, 32)]
    [InlineData(8, 7, 8)]
    [InlineData(64, 32, 64)]
    [InlineData(8, 0, 1)]
    public void Every_target_comes_once_in_order_and_sees_its_context(int sequenceLength, int context, int batchTokens)
    {
        using var files = new DataFiles();
        using var dataset = files.Dataset(Lengths);
        using var set = new ValidationSet([dataset], sequenceLength, context, batchTokens);
        for (var pass = 0; pass < 2; pass++)
        {
            var targets = new List<int>();
            var batch = new TrainingBatch();
            for (set.Next(batch); batch.SequenceCount > 0; set.Next(batch))
            {
                Assert.InRange(batch.Tokens.Length, 1, Math.Max(batchTokens, sequenceLength));
                for (var sequence = 0; sequence < batch.SequenceCount; sequence++)
                {
                    var (start, end) = (batch.SequenceOffsets[sequence], batch.SequenceOffsets[sequence + 1]);
                    Assert.InRange(end - start, 1, sequenceLength);
                    for (var token = start; token < end; token++)
                    {
                        if (batch.Targets[token] >= 0)
                        {
                            Assert.Equal(batch.Tokens[token] + 1, batch.Targets[token]);
                            targets.Add(batch.Targets[token]);
                            var place = batch.Tokens[token] % DataFiles.IdOf(1, 0);
                            Assert.True(token - start >= Math.Min(context, place));
                        }
                    }
                }
            }

            Assert.Equal(Lengths.SelectMany((length, document) => Enumerable.Range(1, length).Select(place => DataFiles.IdOf(document, place))), targets);
            set.Restart();
        }

        Assert.Equal(Lengths.Sum(), set.TokenCount);
        Assert.Equal(Lengths.Sum(), set.TextByteCount);
        Assert.Equal(Lengths.Length, set.DocumentCount);
    }

    [Fact]
    public void It_goes_on_from_a_saved_position()
    {
        using var files = new DataFiles();
        using var dataset = files.Dataset(Lengths);
        using var set = new ValidationSet([dataset, dataset], 8, 2, 16);
        using var other = new ValidationSet([dataset, dataset], 8, 2, 16);
        var batch = new TrainingBatch();
        var again = new TrainingBatch();
        do
        {
            other.Seek(JsonNode.Parse(set.SavePosition().ToJsonString())!.AsObject());
            set.Next(batch);
            other.Next(again);
            Assert.Equal(PackedBatchSourceTests.Describe(batch), PackedBatchSourceTests.Describe(again));
        }
        while (batch.SequenceCount > 0);

        foreach (var (corpus, document, token) in new[] { (3, 0, 0), (-1, 0, 0), (0, 7, 1), (0, 8, 0), (0, 0, 5), (0, 0, -1), (2, 1, 0) })
        {
            Assert.Throws<ModelFormatException>(() => set.Seek(new JsonObject { ["corpus"] = corpus, ["document"] = document, ["token"] = token }));
        }

        Assert.Throws<ModelFormatException>(() => set.Seek([]));
    }

    [Fact]
    public void Held_out_files_and_a_held_out_share_come_together()
    {
        using var files = new DataFiles();
        files.Write("train.txt", string.Join('\n', Enumerable.Range(0, 200).Select(static number => $"ab{number}")));
        files.Write("test.txt", "猫は猫。\n犬");
        var options = files.Options(new CorpusOptions { Files = [files["train.txt"]] }) with
        {
            HeldOut = new CorpusOptions { Name = "test", Files = [files["test.txt"]], Separator = CorpusOptions.WholeFile },
            HeldOutFraction = 0.1,
        };
        using var data = TrainingData.Open(options, DataFiles.Tokenizer, null, TestContext.Current.CancellationToken);
        Assert.NotNull(data.HeldOut);
        Assert.Equal(200 + 1, data.DocumentCount + data.HeldOut.DocumentCount);
        Assert.InRange(data.HeldOut.DocumentCount, 8, 40);
        Assert.Equal(new FileInfo(files["train.txt"]).Length - 199 + new FileInfo(files["test.txt"]).Length, data.TextByteCount + data.HeldOut.TextByteCount);
    }
}
