using System.Globalization;
using PlamoNative.Training.Loop;

namespace PlamoNative.Cli.Runs;

/// <summary>Lets the model continue the configured texts whenever held-out text has been scored; the run's folder keeps them, and the view shows them.</summary>
internal sealed class SampleWriter(TrainingRun run, IRunView view) : ITrainingObserver
{
    public void OnStep(in StepRecord step)
    {
    }

    public void OnValidation(in ValidationRecord validation)
    {
        var settings = run.Configuration.Validation;
        for (var i = 0; i < settings.SamplePrompts.Count; i++)
        {
            var prompt = settings.SamplePrompts[i];
            var text = Continuation.Write(run.Model.Model, run.Tokenizer, prompt, settings.SampleTokens, run.Configuration.Seed, CancellationToken.None);
            view.Message($"sample: {prompt} | {text}");
            try
            {
                run.KeepSample(validation.Step, (i + 1).ToString(CultureInfo.InvariantCulture), prompt, text);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // A sample is no reason to end a run: checkpoints and records have their own say about the disk.
                view.OnIncident(new TrainingIncident(validation.Step, "sample", $"a sample could not be kept: {exception.Message}"));
            }
        }
    }

    public void OnIncident(in TrainingIncident incident)
    {
    }

    public void OnCheckpoint(long step, string folder)
    {
    }
}
