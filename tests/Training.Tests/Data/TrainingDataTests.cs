using PlamoNative.Engine;
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
        using var data = TrainingData.Open(files.Options(new CorpusOptions { Files = [files["*.txt"]] }, sequenceLength: 16, batchTokens: 16), DataFiles.Tokenizer);
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
        var failure = Assert.Throws<ConfigurationException>(() => TrainingData.Open(files.Options(new CorpusOptions { Name = "novels", Files = [files["a.txt"]] }), DataFiles.Tokenizer));
        Assert.Equal("data 'novels': files: expected documents to learn from, found none", failure.Message);
    }
}
