using System.Text.Json.Nodes;
using PlamoNative.Engine;
using PlamoNative.Training.Data;
using Xunit;

namespace PlamoNative.Training.Tests.Data;

public sealed class MixtureTests
{
    private const int SequenceLength = 8;
    private const int BatchTokens = 64;

    /// <summary>Documents of the second corpus carry ids from here on.</summary>
    private static readonly int SecondId = DataFiles.IdOf(1000, 0);

    [Fact]
    public void Corpora_keep_their_shares_at_every_moment_and_small_ones_come_again()
    {
        using var files = new DataFiles();
        using var large = files.Dataset([.. Enumerable.Repeat(100, 50)]);
        using var small = Second(files, 20, 5, 3);
        using var source = new PackedBatchSource([large, small], [new MixturePhase(0, [3, 1])], SequenceLength, BatchTokens, 1);
        var batch = new TrainingBatch();
        long fromSmall = 0;
        for (var i = 1; i <= 100; i++)
        {
            source.Next(batch);
            fromSmall += batch.Tokens.ToArray().Count(static id => id >= SecondId);
            Assert.InRange(fromSmall, i * BatchTokens / 4 - 2 * SequenceLength, i * BatchTokens / 4 + 2 * SequenceLength);
        }
    }

    [Fact]
    public void Phases_change_the_weights_at_their_token()
    {
        using var files = new DataFiles();
        using var first = files.Dataset([.. Enumerable.Repeat(100, 50)]);
        using var second = Second(files, [.. Enumerable.Repeat(100, 50)]);
        MixturePhase[] phases = [new(1000, [1, 0]), new(2000, [0, 1]), new(0, [1, 1])];
        using var source = new PackedBatchSource([first, second], phases, SequenceLength, BatchTokens, 1);
        var ids = Ids(source, 4000 / BatchTokens);
        Assert.All(ids[..960], static id => Assert.True(id < SecondId));
        Assert.InRange(ids[1000..2000].Count(static id => id >= SecondId), 1000 - 2 * BatchTokens, 1000);
        Assert.InRange(ids[2000..].Count(static id => id >= SecondId), (ids.Length - 2000) / 2 - BatchTokens, (ids.Length - 2000) / 2 + BatchTokens);
    }

    [Fact]
    public void A_mixture_goes_on_from_a_saved_position_in_every_phase()
    {
        using var files = new DataFiles();
        using var first = files.Dataset([.. Enumerable.Range(1, 60)]);
        using var second = Second(files, 20, 5, 3);
        MixturePhase[] phases = [new(1000, [1, 0.3]), new(2000, [0.1, 1]), new(0, [1, 1])];
        using var whole = new PackedBatchSource([first, second], phases, SequenceLength, BatchTokens, 1);
        using var resumed = new PackedBatchSource([first, second], phases, SequenceLength, BatchTokens, 1);
        var batch = new TrainingBatch();
        var again = new TrainingBatch();
        for (var i = 0; i < 50; i++)
        {
            resumed.Seek(JsonNode.Parse(whole.SavePosition().ToJsonString())!.AsObject());
            whole.Next(batch);
            resumed.Next(again);
            Assert.Equal(PackedBatchSourceTests.Describe(batch), PackedBatchSourceTests.Describe(again));
        }
    }

    [Fact]
    public void Weights_that_do_not_fit_are_refused()
    {
        void Refused(string message, params MixturePhase[] phases) =>
            Assert.Equal(message, Assert.Throws<ConfigurationException>(() => new Mixture(phases, 2)).Message);
        Refused("data: phase 1, weights: expected 2, one for each corpus, found 1", new MixturePhase(0, [1]));
        Refused("data: phase 1, weights: expected numbers from 0, one of them above, found 0, 0", new MixturePhase(0, [0, 0]));
        Refused("data: phase 1, weights: expected numbers from 0, one of them above, found 1, -1", new MixturePhase(0, [1, -1]));
        Refused("data: phase 2, until: expected more than 9 tokens, found 9", new MixturePhase(9, [1, 1]), new MixturePhase(9, [1, 1]), new MixturePhase(0, [1, 1]));
    }

    private static TokenDataset Second(DataFiles files, params int[] lengths)
    {
        var path = files["second.tokens"];
        using (var writer = new TokenShardWriter(path, DataFiles.Vocabulary, new byte[32]))
        {
            for (var document = 0; document < lengths.Length; document++)
            {
                writer.Add([.. Enumerable.Range(0, lengths[document] + 1).Select(place => DataFiles.IdOf(1000 + document, place))], 0, 1, 1);
            }

            writer.Commit();
        }

        return TokenDataset.Open("second", "second", [path], new byte[32], verify: true);
    }

    private static int[] Ids(PackedBatchSource source, int batches)
    {
        var ids = new List<int>();
        var batch = new TrainingBatch();
        for (var i = 0; i < batches; i++)
        {
            source.Next(batch);
            ids.AddRange(batch.Tokens);
        }

        return [.. ids];
    }
}
