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
    private readonly TensorBoardRecorder? _tensorBoard;
    private readonly List<ITrainingObserver> _recorders = [];
    private readonly TrainingObservers _all;

    internal RunRecorder(RunFolder folder, RunStart start)
    {
        _folder = folder;
        _all = new TrainingObservers(_recorders);
        try
        {
            if (start.WritesJsonLines)
            {
                _recorders.Add(new JsonlRecorder(folder.MetricsFile, start));
            }

            if (start.WritesTable)
            {
                _recorders.Add(new CsvRecorder(folder.TableFile, start));
            }

            if (start.WritesEvents)
            {
                _recorders.Add(_tensorBoard = new TensorBoardRecorder(folder.Root, start));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void OnStep(in StepRecord step) => _all.OnStep(step);

    /// <inheritdoc/>
    public void OnValidation(in ValidationRecord validation) => _all.OnValidation(validation);

    /// <inheritdoc/>
    public void OnIncident(in TrainingIncident incident) => _all.OnIncident(incident);

    /// <inheritdoc/>
    public void OnCheckpoint(long step, string folder) => _all.OnCheckpoint(step, folder);

    /// <summary>Keeps a text that the model wrote: samples/step-NNNNNNNN-NAME.txt and a text for TensorBoard.</summary>
    /// <param name="step">After which step.</param>
    /// <param name="name">A short name that tells samples of a step apart and may be part of a file name.</param>
    /// <param name="prompt">What the model was given.</param>
    /// <param name="text">What it wrote.</param>
    /// <returns>The file.</returns>
    public string OnSample(long step, string name, string prompt, string text)
    {
        var file = Path.Combine(_folder.SamplesFolder, string.Create(CultureInfo.InvariantCulture, $"step-{step:D8}-{name}.txt"));
        AtomicFile.WriteAllText(file, $"{prompt}{text}\n");
        _tensorBoard?.OnText(step, $"samples/{name}", $"**{prompt}** {text}");
        return file;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var recorder in _recorders.OfType<IDisposable>())
        {
            recorder.Dispose();
        }
    }
}
