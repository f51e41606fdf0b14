using System.Globalization;
using Microsoft.Extensions.AI;
using PlamoNative.Engine;
using PlamoNative.Runtime.Chat;
using PlamoNative.Runtime.Hosting;
using PlamoNative.Runtime.Sessions;

namespace PlamoNative.Runtime.Ai;

/// <summary>Reads messages and options of a request: everything is mapped, or refused by its name.</summary>
internal sealed class ChatRequestReader(string modelId, ChatFormat format, PlamoOptions defaults)
{
    private const string Source = "ChatOptions";
    private const string MinP = "min_p";
    private const string RepetitionPenalty = "repetition_penalty";
    private const string ContextLength = "context_length";

    internal static List<ChatTurn> Turns(IEnumerable<ChatMessage> messages, string? instructions)
    {
        var turns = new List<ChatTurn>();
        if (!string.IsNullOrEmpty(instructions))
        {
            turns.Add(new ChatTurn(ChatSpeaker.System, instructions));
        }

        foreach (var message in messages)
        {
            var speaker = message.Role == ChatRole.System ? ChatSpeaker.System
                : message.Role == ChatRole.User ? ChatSpeaker.User
                : message.Role == ChatRole.Assistant ? ChatSpeaker.Assistant
                : throw new ConfigurationException("ChatMessage", "Role", "system, user or assistant", $"'{message.Role}'");
            turns.Add(new ChatTurn(speaker, TextOf(message)));
        }

        if (turns.Count == 0)
        {
            throw new ConfigurationException("ChatMessage", "messages", "at least one", "none");
        }

        return turns;
    }

    internal GenerationOptions Options(IChatClient client, ChatOptions? options)
    {
        var wanted = new GenerationOptions { MaxTokens = defaults.DefaultMaxOutputTokens, ContextLength = defaults.ContextLength };
        if (options is not null)
        {
            Refuse(options);
            wanted = Start(client, options, wanted);
            wanted = wanted with
            {
                MaxTokens = options.MaxOutputTokens ?? wanted.MaxTokens,
                Temperature = options.Temperature ?? wanted.Temperature,
                TopK = options.TopK ?? wanted.TopK,
                TopP = options.TopP ?? wanted.TopP,
                FrequencyPenalty = options.FrequencyPenalty ?? wanted.FrequencyPenalty,
                PresencePenalty = options.PresencePenalty ?? wanted.PresencePenalty,
                Seed = options.Seed is { } seed ? unchecked((ulong)seed) : wanted.Seed,
                StopStrings = options.StopSequences is { } stops ? [.. stops] : wanted.StopStrings,
            };
            wanted = Additional(options, wanted);
        }

        return (wanted with { StopTokenIds = [.. wanted.StopTokenIds, .. format.StopTokens] }).Validate();
    }

    private static string TextOf(ChatMessage message)
    {
        foreach (var content in message.Contents)
        {
            if (content is not (TextContent or UsageContent))
            {
                throw new ConfigurationException("ChatMessage", "Contents", "text", content.GetType().Name);
            }
        }

        return message.Text;
    }

    private static GenerationOptions Start(IChatClient client, ChatOptions options, GenerationOptions wanted) =>
        options.RawRepresentationFactory?.Invoke(client) switch
        {
            null => wanted,
            GenerationOptions own => own with { ContextLength = own.ContextLength ?? wanted.ContextLength, MaxTokens = own.MaxTokens ?? wanted.MaxTokens },
            var other => throw Refused(nameof(options.RawRepresentationFactory), nameof(GenerationOptions), other.GetType().Name),
        };

    private static GenerationOptions Additional(ChatOptions options, GenerationOptions wanted)
    {
        foreach (var (key, value) in options.AdditionalProperties ?? [])
        {
            wanted = key switch
            {
                MinP => wanted with { MinP = Number(key, value) },
                RepetitionPenalty => wanted with { RepetitionPenalty = (float)Number(key, value) },
                ContextLength => wanted with { ContextLength = Math.Min((long)Number(key, value), wanted.ContextLength ?? long.MaxValue) },
                _ => throw Refused($"AdditionalProperties[{key}]", $"{MinP}, {RepetitionPenalty} or {ContextLength}", $"'{key}'"),
            };
        }

        return wanted;
    }

    private static double Number(string key, object? value)
    {
        try
        {
            return value is IConvertible number and not string ? number.ToDouble(CultureInfo.InvariantCulture) : throw new InvalidCastException();
        }
        catch (InvalidCastException)
        {
            throw Refused($"AdditionalProperties[{key}]", "a number", value is null ? "null" : value.GetType().Name);
        }
    }

    private static ConfigurationException Refused(string member, string expected, string found) => new(Source, member, expected, found);

    private void Refuse(ChatOptions options)
    {
        if (options.ModelId is { } wantedModel && wantedModel != modelId)
        {
            throw Refused(nameof(options.ModelId), $"'{modelId}', the model that is loaded", $"'{wantedModel}'");
        }

        if (options.ConversationId is { } conversation)
        {
            throw Refused(nameof(options.ConversationId), "nothing: each request carries its whole conversation", $"'{conversation}'");
        }

        if (options.Tools is { Count: > 0 } tools)
        {
            throw Refused(nameof(options.Tools), "none: PLaMo 2's base models were taught no format for tool calls", $"{tools.Count} tool(s)");
        }

        if (options.ToolMode is RequiredChatToolMode)
        {
            throw Refused(nameof(options.ToolMode), "none or auto", "a required tool call");
        }

        if (options.ResponseFormat is not (null or ChatResponseFormatText))
        {
            throw Refused(nameof(options.ResponseFormat), "text", options.ResponseFormat.GetType().Name);
        }

        if (options.Reasoning is { } reasoning && (reasoning.Effort ?? ReasoningEffort.None) != ReasoningEffort.None)
        {
            throw Refused(nameof(options.Reasoning), "none: the model has no reasoning of its own", $"effort {reasoning.Effort}");
        }

        if (options.AllowBackgroundResponses == true)
        {
            throw Refused(nameof(options.AllowBackgroundResponses), "false", "true");
        }

        if (options.ContinuationToken is not null)
        {
            throw Refused(nameof(options.ContinuationToken), "nothing", "a token");
        }

        if (options.AllowMultipleToolCalls == true && options.Tools is { Count: > 0 })
        {
            throw Refused(nameof(options.AllowMultipleToolCalls), "false", "true");
        }
    }
}
