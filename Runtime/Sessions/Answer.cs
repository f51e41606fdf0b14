using System.Security.Cryptography;
using PlamoNative.Engine;
using PlamoNative.Runtime.Models;
using PlamoNative.Runtime.Sampling;
using PlamoNative.Runtime.Tokenization;

namespace PlamoNative.Runtime.Sessions;

/// <summary>One answer in the making: takes logits, gives tokens and text, and knows when it ends. It computes nothing of the model.</summary>
internal sealed class Answer
{
    private readonly GenerationOptions _options;
    private readonly HashSet<int> _endTokens;
    private readonly TokenHistory _history = new();
    private readonly SamplerChain _sampler;
    private readonly StreamingDecoder? _decoder;
    private readonly StopStrings _stops;
    private readonly long _room;

    /// <summary>Begins an answer.</summary>
    /// <param name="prompt">The tokens before it that are known, of earlier turns too.</param>
    /// <param name="unknown">Tokens before these that are not known any more; they fill the context too.</param>
    /// <param name="options">What is wanted.</param>
    /// <param name="model">The model: its shape says how it ends texts and how much it can hold.</param>
    /// <param name="tokenizer">Makes text; null gives none.</param>
    /// <exception cref="ConfigurationException">An option is wrong, the prompt is empty or does not fit the context.</exception>
    internal Answer(ReadOnlySpan<int> prompt, long unknown, GenerationOptions options, Plamo2Model model, PlamoTokenizer? tokenizer)
        : this(prompt, unknown, options, model.Configuration, options.ContextLength ?? LongestContext(model), tokenizer)
    {
    }

    /// <summary>Begins an answer in a context of a known length.</summary>
    internal Answer(ReadOnlySpan<int> prompt, long unknown, GenerationOptions options, Plamo2Configuration configuration, long context, PlamoTokenizer? tokenizer)
    {
        _options = options.Validate();
        var length = unknown + prompt.Length;
        if (prompt.IsEmpty || length > context)
        {
            throw new ConfigurationException(
                "generation", "prompt", FormattableString.Invariant($"1 to {context} tokens, the context's length"), FormattableString.Invariant($"{length} tokens"));
        }

        if (options.StopStrings.Count > 0 && tokenizer is null)
        {
            throw new ConfigurationException("generation", "stop", "a model with a tokenizer", "none");
        }

        _room = context - length + 1;
        _history.AddPrompt(prompt);
        Seed = options.Seed ?? BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        _sampler = new SamplerChain(options, configuration.VocabSize, Seed);
        _decoder = tokenizer is null ? null : new StreamingDecoder(tokenizer, skipControlTokens: true);
        _stops = new StopStrings(options.StopStrings);
        _endTokens = [.. options.StopTokenIds];
        if (!options.IgnoreEndOfText)
        {
            _endTokens.UnionWith(configuration.EosTokenIds);
            AddEnd(configuration.BosTokenId);
            AddEnd(tokenizer?.EosId);
            AddEnd(tokenizer?.BosId);
        }
    }

    /// <summary>The seed in use.</summary>
    internal ulong Seed { get; }

    /// <summary>True if not a single token is wanted.</summary>
    internal bool IsEmpty => _options.MaxTokens == 0;

    /// <summary>Chooses the next token out of a row of a pass, on the device of its logits where that can be.</summary>
    internal GeneratedToken Next(ILogitRows logits, int row)
    {
        var id = _sampler.Sample(logits, row, _history);
        _history.AddGenerated(id);
        if (_endTokens.Contains(id))
        {
            return new GeneratedToken(id, Rest(), FinishReason.EndOfText);
        }

        var text = _stops.Append(_decoder?.Append(id) ?? "");
        var finish = _stops.IsStopped ? FinishReason.StopString
            : _history.GeneratedCount == _options.MaxTokens ? FinishReason.MaxTokens
            : _history.GeneratedCount == _room ? FinishReason.ContextFull
            : (FinishReason?)null;
        if (finish is null or FinishReason.StopString)
        {
            return new GeneratedToken(id, text, finish);
        }

        text += Rest();
        return new GeneratedToken(id, text, _stops.IsStopped ? FinishReason.StopString : finish);
    }

    /// <summary>The text that was held back, once no more tokens come. An unfinished code point becomes a replacement character.</summary>
    private string Rest() => _stops.Append(_decoder?.Flush() ?? "") + _stops.Flush();

    /// <summary>What the model's class allows, bounded by what the machine's memory holds of one sequence.</summary>
    private static long LongestContext(Plamo2Model model) => Math.Min(
        model.Configuration.MaxPositionEmbeddings, MemoryEstimate.LongestContext(model.Configuration, model.ActivationType, CpuInfo.TotalMemoryBytes));

    private void AddEnd(int? token)
    {
        if (token is { } id)
        {
            _endTokens.Add(id);
        }
    }
}
