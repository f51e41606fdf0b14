using System.CommandLine;
using PlamoNative.Cli.Parsing;
using PlamoNative.Cli.Verbs;
using PlamoNative.Engine;
using PlamoNative.Kernels;
using PlamoNative.Runtime.Checkpoints;

namespace PlamoNative.Cli.Input;

/// <summary>The options that say which model a verb runs and how, and the loading itself.</summary>
internal sealed class ModelInput
{
    internal const string Expected = "a model folder or a GGUF file";
    private const int LargestWindow = int.MaxValue / 2;

    private readonly Option<string> _model = CommonOptions.Text("--model", "DIR|FILE.gguf", "A model folder in Hugging Face layout, or a GGUF file.");
    private readonly Option<string> _window;
    private readonly Option<bool> _countsQuery = CommonOptions.Flag(
        "--window-counts-query", "Read the window as W positions with the query's own, as some engines do, instead of the reference's W + 1.");

    private readonly Option<string> _activations = CommonOptions.Text(
        "--activations", "exact|int8", "How activations meet block-quantised weights. [default: exact]");

    /// <param name="windowName">The name of the attention window's option: <c>perplexity</c> uses <c>--window</c> for something else.</param>
    internal ModelInput(string windowName = "--window") => _window = CommonOptions.Text(
        windowName, "N", "Attention window, in place of what the files say; also for GGUF files that say nothing about windows.");

    internal IEnumerable<Option> WhichOptions => [_model, _window, _countsQuery];

    internal IEnumerable<Option> RunOptions => [_model, _window, _countsQuery, _activations];

    internal bool IsGiven(VerbContext context) => context.Values.IsGiven(_model);

    /// <summary>The path, checked to lead somewhere.</summary>
    internal string PathOf(VerbContext context)
    {
        var path = context.Values.Required(_model, Expected);
        return Path.Exists(path) ? path : throw new UsageException($"{path}: expected {Expected}, found nothing");
    }

    /// <summary>Opens the model; what its files make worth saying is said once inputs are accepted.</summary>
    internal LoadedModel Open(VerbContext context, Device device)
    {
        using var range = Profiler.Range("load model", "phase");
        var options = new ModelLoadOptions
        {
            WindowSize = context.Values.OptionalInteger(_window, 1, LargestWindow), WindowCountsQuery = context.Values.Has(_countsQuery),
        };
        var model = ModelLoader.Open(PathOf(context), device, options);
        foreach (var notice in model.Notices)
        {
            context.Notices.Add($"note: {notice}");
        }

        return model;
    }

    internal ActivationMode Activations(VerbContext context) =>
        context.Values.Choice(_activations, ["exact", "int8"]) == "int8" ? ActivationMode.Int8 : ActivationMode.Exact;
}
