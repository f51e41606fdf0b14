namespace PlamoNative.Training.Loop;

/// <summary>Everyone who is told about a run, in the order in which they came.</summary>
internal sealed class TrainingObservers(IReadOnlyList<ITrainingObserver> observers) : ITrainingObserver
{
    public void OnStep(in StepRecord step)
    {
        foreach (var observer in observers)
        {
            observer.OnStep(step);
        }
    }

    public void OnValidation(in ValidationRecord validation)
    {
        foreach (var observer in observers)
        {
            observer.OnValidation(validation);
        }
    }

    public void OnIncident(in TrainingIncident incident)
    {
        foreach (var observer in observers)
        {
            observer.OnIncident(incident);
        }
    }

    public void OnCheckpoint(long step, string folder)
    {
        foreach (var observer in observers)
        {
            observer.OnCheckpoint(step, folder);
        }
    }

    /// <summary>An incident of one line.</summary>
    internal void Tell(long step, string kind, string message) => OnIncident(new TrainingIncident(step, kind, message));
}
