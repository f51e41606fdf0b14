using System.Diagnostics;
using PlamoNative.Cli.Rendering;
using PlamoNative.Cli.Verbs;
using PlamoNative.Engine;
using PlamoNative.Training.Configuration;
using PlamoNative.Training.Loop;
using PlamoNative.Training.Recording;

namespace PlamoNative.Cli.Runs;

/// <summary>Runs a training in front of a person: preparation, view, and the picture at the end.</summary>
internal static class RunExecution
{
    /// <summary>Trains until the run has ended or Ctrl-C stopped it.</summary>
    /// <param name="context">The command.</param>
    /// <param name="device">Where.</param>
    /// <param name="configuration">How.</param>
    /// <param name="resumes">Go on with the run in the configuration's folder.</param>
    /// <param name="begins">Called when everything is open and before the first step.</param>
    internal static RunReport Execute(VerbContext context, Device device, TrainingConfiguration configuration, bool resumes, Action<TrainingRun>? begins = null)
    {
        TrainingOutcome outcome;
        long parameters;
        string folder, metricsFile;
        var clock = Stopwatch.StartNew();
        using (var run = Open(context, device, configuration, resumes))
        {
            context.Accept(device);
            (folder, metricsFile, parameters) = (run.Folder.Root, run.Folder.MetricsFile, run.Model.ParameterCount);
            context.Notices.Add(OneLineText.Clean(Describe(run)));
            begins?.Invoke(run);
            using var view = IRunView.Create(context.Streams, context.Notices, new RunProgress(configuration.Schedule.Duration, run.PeakFlopsPerSecond, TimeProvider.System));
            run.Observe(view);
            run.Observe(new SampleWriter(run, view));
            outcome = run.Run(context.Cancellation);
        }

        var metrics = configuration.Recording.Jsonl ? MetricsReader.Read(metricsFile) : new RunMetrics([], [], [], []);
        var picture = Path.Combine(folder, LossPlot.FileName);
        var isDrawn = configuration.Recording.Plot && LossPlot.Write(picture, metrics);
        return new RunReport(folder, outcome, metrics, parameters, clock.Elapsed.TotalSeconds, isDrawn ? picture : null);
    }

    private static TrainingRun Open(VerbContext context, Device device, TrainingConfiguration configuration, bool resumes)
    {
        using var progress = new PreparationProgress(context, device, configuration.Tokenizer.VocabSize ?? 0);
        return TrainingRun.Open(configuration, resumes, device, new TrainingPreparation(progress, progress), context.Cancellation);
    }

    private static string Describe(TrainingRun run)
    {
        var (parameters, gradients, optimizer) = run.Memory;
        var from = run.ResumedFrom is { } step ? FormattableString.Invariant($", from step {step}") : "";
        var heldOut = run.Data.HeldOut is { } text ? $"{Units.Count(text.TokenCount)} held out" : "nothing held out";
        return $"run: {run.Folder.Root}{from}: {Units.Count(run.Model.ParameterCount)} parameters, vocabulary of {run.Tokenizer.Count}, "
            + $"{Units.Count(run.Data.TokenCount)} tokens a pass, {heldOut}; {Units.Bytes(parameters)} of parameters, {Units.Bytes(gradients)} of gradients, {Units.Bytes(optimizer)} beside them";
    }
}
