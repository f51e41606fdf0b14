using PlamoNative.Engine.Formats;

namespace PlamoNative.Training.Recording;

/// <summary>What a run leaves on disk, and where each thing lies.</summary>
public sealed class RunFolder
{
    private RunFolder(string root) => Root = root;

    /// <summary>The folder itself.</summary>
    public string Root { get; }

    /// <summary>The configuration with every default filled in.</summary>
    public string ConfigFile => Path.Combine(Root, "config.yaml");

    /// <summary>All records, one JSON object a line; <see cref="MetricsReader"/> reads it.</summary>
    public string MetricsFile => Path.Combine(Root, "metrics.jsonl");

    /// <summary>Steps and validations as a table.</summary>
    public string TableFile => Path.Combine(Root, "metrics.csv");

    /// <summary>Machine, versions, seeds and time of every start of the run.</summary>
    public string EnvironmentFile => Path.Combine(Root, "environment.json");

    /// <summary>Checkpoints, a folder each.</summary>
    public string CheckpointsFolder => Path.Combine(Root, "checkpoints");

    /// <summary>Texts that the model wrote during the run.</summary>
    public string SamplesFolder => Path.Combine(Root, "samples");

    /// <summary>Makes the folder of a new run.</summary>
    /// <param name="path">A folder without a run; it and those above are made where missing.</param>
    /// <exception cref="IOException">It holds a run already, or cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be made.</exception>
    public static RunFolder Create(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (HoldsRun(path))
        {
            throw new IOException($"{path}: cannot be written: it holds a run already; go on with it, or name another folder");
        }

        return Prepare(path);
    }

    /// <summary>Opens the folder of a run that goes on.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static RunFolder Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Directory.Exists(path) ? Prepare(path) : throw new DirectoryNotFoundException($"{path}: there is no such folder, so no run to go on with");
    }

    /// <summary>Whether a run has left records or checkpoints there.</summary>
    public static bool HoldsRun(string path)
    {
        var folder = new RunFolder(path);
        return new FileInfo(folder.MetricsFile) is { Exists: true, Length: > 0 }
            || (Directory.Exists(folder.CheckpointsFolder) && Directory.EnumerateFileSystemEntries(folder.CheckpointsFolder).Any());
    }

    /// <summary>
    /// Writes what is known at the start and opens the records. A run that goes on finds them as they were at <see cref="RunStart.ResumedFrom"/>: later
    /// ones are gone, so that the whole file is that of a run which was never stopped, times aside.
    /// </summary>
    /// <param name="config">The resolved configuration as YAML.</param>
    /// <param name="start">How the process starts.</param>
    /// <returns>The observer for the trainer; the caller disposes it.</returns>
    /// <exception cref="Engine.ModelFormatException">An earlier record is damaged.</exception>
    /// <exception cref="IOException">A file cannot be written; the message names it.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be written.</exception>
    public RunRecorder Start(string config, RunStart start)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(start);
        AtomicFile.WriteAllText(ConfigFile, config);
        RunEnvironment.Append(EnvironmentFile, start);
        return new RunRecorder(this, start);
    }

    private static RunFolder Prepare(string path)
    {
        var folder = new RunFolder(path);
        foreach (var part in (ReadOnlySpan<string>)[path, folder.CheckpointsFolder, folder.SamplesFolder])
        {
            FileErrors.NameWriting(part, () => Directory.CreateDirectory(part));
        }

        return folder;
    }
}
