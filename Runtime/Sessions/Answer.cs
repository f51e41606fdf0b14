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
    /// <param name="prompt">The tokens before it, of earlier turns too.</param>
    /// <param name="options">What is wanted.</param>
    /// <param name="configuration">The model's shape.</param>
    /// <param name="tokenizer">Makes text; null gives none.</param>
    /// <exception cref="ConfigurationException">An option is wrong, the prompt is empty or does not fit the context.</exception>
    internal Answer(ReadOnlySpan<int> prompt, GenerationOptions options, Plamo2Configuration configuration, PlamoTokenizer? tokenizer)
    {
        _options = options.Validate();
        var context = options.ContextLength ?? configuration.MaxPositionEmbeddings;
        if (prompt.IsEmpty || prompt.Length > context)
        {
            throw new ConfigurationException(
                "generation", "prompt", FormattableString.Invariant($"1 to {context} tokens, the context's length"), FormattableString.Invariant($"{prompt.Length} tokens"));
        }

        if (options.StopStrings.Count > 0 && tokenizer is null)
        {
            throw new ConfigurationException("generation", "stop", "a model with a tokenizer", "none");
        }

        _room = context - prompt.Length + 1;
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

    /// <summary>Chooses the next token out of a row of logits.</summary>
    internal GeneratedToken Next(ReadOnlySpan<float> logits)
    {
        var id = _sampler.Sample(logits, _history);
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

    private void AddEnd(int? token)
    {
        if (token is { } id)
        {
            _endTokens.Add(id);
        }
    }
}
