using System.Globalization;
using PlamoNative.Engine;

namespace PlamoNative.Runtime.Sessions;

/// <summary>What a request wants: how much text, how it is drawn, when it ends. The defaults draw from the model's own distribution.</summary>
public sealed record GenerationOptions
{
    /// <summary>The most stop strings of a request.</summary>
    public const int MostStopStrings = 64;

    /// <summary>The most tokens to generate; null: until the context is full.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Divides the logits; 0 takes the likeliest token always.</summary>
    public float Temperature { get; init; } = 1;

    /// <summary>Only the k likeliest tokens are drawn; 0: all.</summary>
    public int TopK { get; init; }

    /// <summary>Only the likeliest tokens that make up this much probability are drawn; 1: all.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Only tokens at least this share as likely as the likeliest are drawn; 0: all.</summary>
    public double MinP { get; init; }

    /// <summary>Penalty for tokens of prompt and answer; 1: none.</summary>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>Penalty for each time that a token was generated; 0: none.</summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>Penalty for a token that was generated; 0: none.</summary>
    public float PresencePenalty { get; init; }

    /// <summary>Seed of the draws; null: a random one.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Texts that end the answer; they are no part of it.</summary>
    public IReadOnlyList<string> StopStrings { get; init; } = [];

    /// <summary>Tokens that end the answer beside the model's own (EOS, and BOS, which separates documents).</summary>
    public IReadOnlyList<int> StopTokenIds { get; init; } = [];

    /// <summary>True to go on past EOS and BOS: for measurements.</summary>
    public bool IgnoreEndOfText { get; init; }

    /// <summary>
    /// The most tokens of prompt and answer that the model reads (it need not read the answer's last one); null: what the model's class allows,
    /// max(10 · 2^20, <c>max_position_embeddings</c>), and the machine's memory holds.
    /// </summary>
    public long? ContextLength { get; init; }

    /// <summary>Checks every value.</summary>
    /// <returns>This object.</returns>
    /// <exception cref="ConfigurationException">A value is out of its range.</exception>
    public GenerationOptions Validate()
    {
        Demand(MaxTokens is null or >= 0, "max-tokens", "0 or more", MaxTokens);
        Demand(Temperature >= 0 && float.IsFinite(Temperature), "temperature", "a finite number, 0 or more", Temperature);
        Demand(TopK >= 0, "top-k", "0 or more", TopK);
        Demand(TopP is > 0 and <= 1, "top-p", "above 0, at most 1", TopP);
        Demand(MinP is >= 0 and <= 1, "min-p", "0 to 1", MinP);
        Demand(RepetitionPenalty > 0 && float.IsFinite(RepetitionPenalty), "repetition-penalty", "a finite number above 0", RepetitionPenalty);
        Demand(float.IsFinite(FrequencyPenalty), "frequency-penalty", "a finite number", FrequencyPenalty);
        Demand(float.IsFinite(PresencePenalty), "presence-penalty", "a finite number", PresencePenalty);
        Demand(ContextLength is null or > 0, "context", "1 or more", ContextLength);
        Demand(StopStrings.Count <= MostStopStrings, "stop", $"at most {MostStopStrings} texts", StopStrings.Count);
        Demand(!StopStrings.Any(string.IsNullOrEmpty), "stop", "texts of at least one character", "an empty one");
        return this;
    }

    private static void Demand(bool holds, string key, string expected, IConvertible? found)
    {
        if (!holds)
        {
            throw new ConfigurationException("generation", key, expected, found?.ToString(CultureInfo.InvariantCulture) ?? "nothing");
        }
    }
}
