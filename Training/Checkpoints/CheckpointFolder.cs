using System.Globalization;
using PlamoNative.Engine;

namespace PlamoNative.Training.Checkpoints;

/// <summary>Names of a run's checkpoints: <c>checkpoints/step-00000100</c> is a model folder as the hub holds it, with the trainer's own files in <c>trainer/</c>.</summary>
internal static class CheckpointFolder
{
    internal const string TrainerFolder = "trainer";
    internal const string OptimizerFile = "optimizer.safetensors";
    internal const string StateFile = "state.json";
    private const string Prefix = "step-";

    internal static string Of(string checkpoints, long step) => Path.Combine(checkpoints, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{step:D8}"));

    /// <summary>The complete checkpoints of a folder, oldest first. Folders appear whole, so one that has the trainer's state has everything.</summary>
    internal static IReadOnlyList<(long Step, string Folder)> List(string checkpoints)
    {
        var found = new List<(long Step, string Folder)>();
        if (Directory.Exists(checkpoints))
        {
            foreach (var folder in Directory.EnumerateDirectories(checkpoints, Prefix + "*"))
            {
                if (long.TryParse(Path.GetFileName(folder).AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var step)
                    && File.Exists(Path.Combine(folder, TrainerFolder, StateFile)))
                {
                    found.Add((step, folder));
                }
            }
        }

        found.Sort(static (left, right) => left.Step.CompareTo(right.Step));
        return found;
    }

    /// <summary>The newest complete checkpoint.</summary>
    /// <exception cref="ConfigurationException">There is none.</exception>
    internal static string Newest(string checkpoints) => List(checkpoints) is [.., var (_, folder)]
        ? folder
        : throw new ConfigurationException(checkpoints, "checkpoint", "a complete checkpoint to go on from", "none; start without --resume");
}
