namespace PlamoNative.Training.Recording;

/// <summary>
/// One process trains in a folder at a time: two would write each other's checkpoints and records. The system lets the lock go when its process ends, however
/// it ends.
/// </summary>
internal sealed class RunLock : IDisposable
{
    private const string FileName = ".lock";

    private readonly FileStream _file;

    private RunLock(FileStream file) => _file = file;

    /// <summary>Takes the lock of a run's folder.</summary>
    /// <exception cref="IOException">Another process has it.</exception>
    internal static RunLock Take(RunFolder folder)
    {
        try
        {
            return new RunLock(new FileStream(Path.Combine(folder.Root, FileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException exception) when (exception is not (FileNotFoundException or DirectoryNotFoundException))
        {
            throw new IOException($"{folder.Root}: another process is training in this folder ({exception.Message})", exception);
        }
    }

    public void Dispose() => _file.Dispose();
}
