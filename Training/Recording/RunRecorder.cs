using System.Globalization;
using PlamoNative.Engine.Formats;
using PlamoNative.Training.Loop;

namespace PlamoNative.Training.Recording;

/// <summary>
/// Records a run in its folder: JSON lines, a table and TensorBoard's events. A record is with the operating system when the call returns, so that a kill
/// loses none; at every checkpoint the records are on the disk.
/// </summary>
/// <remarks>Every call may throw <see cref="IOException"/> that names the file: the disk is full, or the folder is gone.</remarks>
public sealed class RunRecorder : ITrainingObserver, IDisposable
{
    private readonly RunFolder _folder;
    private readonly JsonlRecorder _jsonl;
    private readonly CsvRecorder? _table;
    private readonly TensorBoardRecorder? _tensorBoard;

    internal RunRecorder(RunFolder folder, RunStart start)
    {
        _folder = folder;
        var opened = new List<IDisposable>();
        try
        {
            opened.Add(_jsonl = new JsonlRecorder(folder.MetricsFile, start));
            if (start.WritesTable)
            {
                opened.Add(_table = new CsvRecorder(folder.TableFile, start));
            }

            if (start.WritesEvents)
            {
                opened.Add(_tensorBoard = new TensorBoardRecorder(folder.Root, start));
            }
        }
        catch
        {
            opened.ForEach(recorder => recorder.Dispose());
            throw;
        }
    }

    /// <inheritdoc/>
    public void OnStep(in StepRecord step)
    {
        _jsonl.OnStep(step);
        _table?.OnStep(step);
        _tensorBoard?.OnStep(step);
    }

    /// <inheritdoc/>
    public void OnValidation(in ValidationRecord validation)
    {
        _jsonl.OnValidation(validation);
        _table?.OnValidation(validation);
        _tensorBoard?.OnValidation(validation);
    }

    /// <inheritdoc/>
    public void OnIncident(in TrainingIncident incident)
    {
        _jsonl.OnIncident(incident);
        _tensorBoard?.OnIncident(incident);
    }

    /// <inheritdoc/>
    public void OnCheckpoint(long step, string folder)
    {
        _jsonl.OnCheckpoint(step, folder);
        _table?.OnCheckpoint(step, folder);
        _tensorBoard?.OnCheckpoint(step, folder);
    }

    /// <inheritdoc/>
    /// <remarks>samples/step-NNNNNNNN-NAME.txt and a text for TensorBoard.</remarks>
    public void OnSample(long step, string name, string prompt, string text)
    {
        var file = Path.Combine(_folder.SamplesFolder, string.Create(CultureInfo.InvariantCulture, $"step-{step:D8}-{name}.txt"));
        AtomicFile.WriteAllText(file, $"{prompt}{text}\n");
        _tensorBoard?.OnText(step, $"samples/{name}", $"**{prompt}** {text}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _jsonl.Dispose();
        _table?.Dispose();
        _tensorBoard?.Dispose();
    }
}
