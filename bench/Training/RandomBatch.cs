using PlamoNative.Training.Data;

namespace PlamoNative.Bench;

/// <summary>Batches of random tokens, each with the token after it as its target: speed depends on shapes, not on what is said.</summary>
internal static class RandomBatch
{
    /// <summary>A batch of sequences of one length.</summary>
    public static TrainingBatch Create(int sequences, int length, int vocabSize)
    {
        var tokens = ModelRunner.Tokens((sequences * length) + 1, vocabSize);
        var batch = new TrainingBatch();
        for (var start = 0; start < sequences * length; start += length)
        {
            batch.Add(tokens.AsSpan(start, length), tokens.AsSpan(start + 1, length));
        }

        return batch;
    }
}
