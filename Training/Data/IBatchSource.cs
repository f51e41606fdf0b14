using System.Text.Json.Nodes;

namespace PlamoNative.Training.Data;

/// <summary>Gives micro-batches, always the same ones from the same position: what makes a resumed run equal to one that was never stopped.</summary>
public interface IBatchSource : IDisposable
{
    /// <summary>Fills the next micro-batch.</summary>
    /// <param name="batch">Cleared and filled; empty when a source that is read once is at its end.</param>
    /// <exception cref="IOException">Data cannot be read: a shard has vanished or is damaged.</exception>
    void Next(TrainingBatch batch);

    /// <summary>Where the next micro-batch begins, as JSON that <see cref="Seek"/> of a source over the same data understands in another process.</summary>
    JsonObject SavePosition();

    /// <summary>Goes on from a saved position.</summary>
    /// <exception cref="Engine.ModelFormatException">The position is of other data, or damaged.</exception>
    void Seek(JsonObject position);
}
