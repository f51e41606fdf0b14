using System.CommandLine;
using PlamoNative.Cli.Parsing;
using PlamoNative.Cli.Verbs;
using PlamoNative.Engine;
using PlamoNative.Runtime.Checkpoints;
using PlamoNative.Runtime.Models;
using PlamoNative.Runtime.Sessions;

namespace PlamoNative.Cli.Input;

/// <summary>The options of <c>generate</c> and <c>chat</c> that say how text is drawn and when it ends.</summary>
internal sealed class SamplingInput(int defaultMaxTokens)
{
    private const double LargestTemperature = 1000;
    private const double LargestPenalty = 1000;

    private readonly Option<string> _maxTokens = CommonOptions.Text("--max-tokens", "N", $"The most tokens to generate. [default: {defaultMaxTokens}]");
    private readonly Option<string> _temperature = CommonOptions.Text("--temperature", "T", "Divides the logits; 0 takes the likeliest token always. [default: 1]");
    private readonly Option<string> _topP = CommonOptions.Text("--top-p", "P", "Draw from the likeliest tokens that make up this much probability. [default: 1]");
    private readonly Option<string> _topK = CommonOptions.Text("--top-k", "K", "Draw from the K likeliest tokens; 0: all. [default: 0]");
    private readonly Option<string> _minP = CommonOptions.Text("--min-p", "P", "Draw from tokens at least this share as likely as the likeliest. [default: 0]");
    private readonly Option<string> _repetitionPenalty = CommonOptions.Text("--repetition-penalty", "R", "Penalty for tokens of prompt and answer; 1: none. [default: 1]");
    private readonly Option<string[]> _stop = CommonOptions.Texts("--stop", "TEXT", "Texts that end the answer and are no part of it.");
    private readonly Option<string> _context = CommonOptions.Text("--context", "N", "The most tokens of prompt and answer together. [default: the model's own limit]");

    internal IEnumerable<Option> Options => [_maxTokens, _temperature, _topP, _topK, _minP, _repetitionPenalty, _stop, _context];

    /// <summary>Reads and checks the values.</summary>
    internal GenerationOptions Read(VerbContext context)
    {
        var values = context.Values;
        return new GenerationOptions
        {
            MaxTokens = values.Integer(_maxTokens, 0, int.MaxValue, defaultMaxTokens),
            Temperature = (float)values.Number(_temperature, 0, LargestTemperature, 1),
            TopP = values.Number(_topP, 0, 1, 1),
            TopK = values.Integer(_topK, 0, int.MaxValue, 0),
            MinP = values.Number(_minP, 0, 1, 0),
            RepetitionPenalty = (float)values.Number(_repetitionPenalty, 0, LargestPenalty, 1),
            StopStrings = values.Texts(_stop),
            ContextLength = values.OptionalInteger(_context, 1, int.MaxValue),
            Seed = context.Seed,
        }.Validate();
    }

    /// <summary>Refuses a sequence whose caches this machine cannot hold, before it takes hours to find out.</summary>
    internal static void CheckMemory(LoadedModel model, GenerationOptions options, int promptTokens)
    {
        var length = Math.Min((long)promptTokens + (options.MaxTokens ?? 0), options.ContextLength ?? long.MaxValue);
        var need = MemoryEstimate.WithWeights(model.Configuration, 0, model.Model.ActivationType, length).Total;
        var memory = CpuInfo.TotalMemoryBytes;
        if (need > memory)
        {
            throw new UsageException(
                $"--context: expected a sequence that fits the memory of {Rendering.Units.Bytes(memory)}, found {length} tokens, which need {Rendering.Units.Bytes(need)}");
        }
    }
}
