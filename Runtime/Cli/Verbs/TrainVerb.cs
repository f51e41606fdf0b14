using System.CommandLine;
using PlamoNative.Cli.Parsing;
using PlamoNative.Cli.Rendering;
using PlamoNative.Cli.Runs;
using PlamoNative.Training.Configuration;

namespace PlamoNative.Cli.Verbs;

/// <summary><c>plamo train</c>: a training run from one YAML file.</summary>
internal sealed class TrainVerb : Verb
{
    private readonly Option<string> _config = CommonOptions.Text("--config", "FILE", "The YAML file; docs/training.md describes its keys.");
    private readonly Option<bool> _resume = CommonOptions.Flag("--resume", "Go on from the newest checkpoint in the run's folder.");
    private readonly Option<string[]> _set = CommonOptions.Texts("--set", "KEY=VALUE", "Go before the file: a dotted key and a YAML value, as often as needed.");

    internal override IEnumerable<Option> Options => [_config, _resume, _set];

    internal override int Run(VerbContext context)
    {
        var path = context.Values.Required(_config, "a YAML file");

        // A device that is not there is told of before the file is read, which may name the threads.
        context.OpenDevice().Dispose();
        var configuration = Read(context, path);
        using var device = context.OpenDevice(configuration.Threads);
        var report = RunExecution.Execute(context, device, configuration, context.Values.Has(_resume));
        if (context.IsJson)
        {
            JsonAnswer.Write(context.Streams, writer =>
            {
                report.WriteMembers(writer);
                writer.WriteStartArray("stages");
                RunReport.WriteStage(writer, "train", report.Seconds);
                writer.WriteEndArray();
            });
        }
        else
        {
            report.Print(context.Streams.OutputWriter);
        }

        return ExitCodes.Done;
    }

    /// <summary>The file, what <c>--set</c> puts before it, and the options that every verb has.</summary>
    private TrainingConfiguration Read(VerbContext context, string path)
    {
        var configuration = TrainingConfiguration.Read(path, context.Values.Texts(_set));
        return configuration with
        {
            Seed = context.HasSeed ? context.Seed : configuration.Seed,
            Threads = context.Threads > 0 ? context.Threads : configuration.Threads,
        };
    }
}
