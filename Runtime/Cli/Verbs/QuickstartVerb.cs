using System.CommandLine;
using System.Diagnostics;
using PlamoNative.Cli.Parsing;
using PlamoNative.Cli.Quickstart;
using PlamoNative.Cli.Rendering;
using PlamoNative.Cli.Runs;
using PlamoNative.Engine;
using PlamoNative.Runtime.Checkpoints;
using PlamoNative.Training.Loop;

namespace PlamoNative.Cli.Verbs;

/// <summary><c>plamo quickstart</c>: a corpus made by rules, a tokenizer and a small model trained on it, and what the model writes before and after.</summary>
internal sealed class QuickstartVerb : Verb
{
    private const int SampleTokens = 48;
    private const int LongestTraining = 24 * 3600;

    private readonly Option<string> _out = CommonOptions.Text("--out", "DIR", "Where everything goes. [default: quickstart]");
    private readonly Option<string> _seconds = CommonOptions.Text("--seconds", "N", $"Seconds of training. [default: {QuickstartRecipe.DefaultSeconds}]");

    internal override IEnumerable<Option> Options => [_out, _seconds];

    internal override int Run(VerbContext context)
    {
        var folder = context.Values.Text(_out) ?? "quickstart";
        var seconds = context.Values.Integer(_seconds, 1, LongestTraining, QuickstartRecipe.DefaultSeconds);
        using var device = context.OpenDevice();
        var runFolder = Path.Combine(folder, "run");
        if (Path.Exists(runFolder))
        {
            throw UsageException.ForOption(_out.Name, "a folder without a run", $"{runFolder}, which is there already");
        }

        OutputCheck.Folder(folder);
        context.Accept(device);
        var clock = Stopwatch.StartNew();
        var corpus = QuickstartRecipe.WriteCorpus(Path.Combine(folder, "corpus"), context.Seed);
        context.Notices.Add($"corpus: {corpus.Training} ({Units.Bytes(new FileInfo(corpus.Training).Length)}), {corpus.HeldOut}");
        var corpusSeconds = clock.Elapsed.TotalSeconds;
        var configuration = QuickstartRecipe.Configure(corpus, runFolder, context.Seed, context.Threads, seconds);
        var prompts = SamplePrompts.Choose(context.Seed);
        IReadOnlyList<string> before = [];
        var report = RunExecution.Execute(context, device, configuration, resumes: false, run =>
        {
            before = WriteUntrained(context, device, run, prompts);
            foreach (var (prompt, text) in prompts.Zip(before))
            {
                context.Notices.Add(OneLineText.Clean($"untrained: {prompt.Prompt} | {text}"));
            }
        });
        if (report.Outcome.Model is not { } modelFolder)
        {
            report.Print(context.Streams.OutputWriter);
            return ExitCodes.Done;
        }

        var after = WriteTrained(context, device, modelFolder, prompts);
        var samples = prompts.Select((prompt, i) => new QuickstartSample(prompt, before[i], after[i])).ToArray();
        var answer = new QuickstartAnswer(report, samples, corpus, corpusSeconds, clock.Elapsed.TotalSeconds);
        if (context.IsJson)
        {
            JsonAnswer.Write(context.Streams, answer.WriteMembers);
        }
        else
        {
            answer.Print(context.Streams.OutputWriter);
        }

        return ExitCodes.Done;
    }

    /// <summary>What the model writes that the run starts from: a copy, so that nothing of the run is touched.</summary>
    private static List<string> WriteUntrained(VerbContext context, Device device, TrainingRun run, IReadOnlyList<SamplePrompt> prompts)
    {
        using var model = new RandomWeights(run.Model.Configuration, context.Seed).CreateModel(device);
        return [.. prompts.Select(prompt => Continuation.Write(model, run.Tokenizer, prompt.Prompt, SampleTokens, context.Seed, context.Cancellation))];
    }

    private static List<string> WriteTrained(VerbContext context, Device device, string folder, IReadOnlyList<SamplePrompt> prompts)
    {
        using var model = ModelLoader.Open(folder, device);
        return [.. prompts.Select(prompt => Continuation.Write(model.Model, model.RequireTokenizer(), prompt.Prompt, SampleTokens, context.Seed, context.Cancellation))];
    }
}
