using System.Text.Json.Nodes;
using PlamoNative.Training.Configuration;
using PlamoNative.Training.Loop;

namespace PlamoNative.Training.Checkpoints;

/// <summary>Decides when checkpoints are written, and takes note of those that were.</summary>
/// <param name="writer">Writes them.</param>
/// <param name="folder">Where they lie.</param>
/// <param name="settings">How often.</param>
/// <param name="observers">Who is told.</param>
internal sealed class CheckpointKeeper(CheckpointWriter writer, string folder, CheckpointSettings settings, TrainingObservers observers)
{
    private double _lastSeconds;

    /// <summary>The newest complete checkpoint of this process, or the one that it went on from; empty if there is none.</summary>
    internal string Newest { get; private set; } = "";

    /// <summary>The run goes on from a checkpoint.</summary>
    internal void Continue(string checkpoint, double seconds) => (Newest, _lastSeconds) = (checkpoint, seconds);

    /// <summary>Whether one should be written after this step.</summary>
    internal bool IsDue(long step, double seconds) =>
        (settings.Every is { } every && step % every == 0) || (settings.EveryMinutes is { } minutes && seconds - _lastSeconds >= 60 * minutes);

    /// <summary>Starts writing the state as it is now, unless that is on disk already.</summary>
    /// <param name="state">The trainer's state; its clock is set.</param>
    /// <param name="position">The data's position.</param>
    /// <param name="seconds">Seconds of training so far.</param>
    internal void Save(TrainingState state, JsonObject position, double seconds)
    {
        Collect(state.Step, wait: true);
        if (Newest == CheckpointFolder.Of(folder, state.Step))
        {
            return;
        }

        (state.Seconds, _lastSeconds) = (seconds, seconds);
        writer.Begin(state.Step, new JsonObject { ["trainer"] = state.Save(), ["data"] = position }, settings.KeepBest ? state.BestStep : -1);
    }

    /// <summary>Takes note of a checkpoint that has been written. One that could not be written costs nothing but itself, as long as training goes on.</summary>
    /// <param name="now">The step that is done, for messages.</param>
    /// <param name="wait">Wait for one that is being written.</param>
    internal void Collect(long now, bool wait)
    {
        try
        {
            if (writer.Collect(wait) is var (step, checkpoint))
            {
                Newest = checkpoint;
                observers.OnCheckpoint(step, checkpoint);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            observers.Tell(now, "checkpoint", $"a checkpoint could not be written, the older ones are as they were: {exception.Message}");
        }
    }

    /// <summary>Writes the state after the last step, and insists on it.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    internal void SaveLast(TrainingState state, JsonObject position, double seconds)
    {
        Save(state, position, seconds);
        Collect(state.Step, wait: true);
        if (Newest != CheckpointFolder.Of(folder, state.Step))
        {
            throw new IOException($"{folder}: the last checkpoint could not be written; {(Newest.Length == 0 ? "there is none" : $"the newest is {Newest}")}");
        }
    }
}
