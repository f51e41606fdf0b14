using Microsoft.Extensions.AI;
using PlamoNative.Engine;
using PlamoNative.Runtime.Ai;
using PlamoNative.Runtime.Chat;
using PlamoNative.Runtime.Scheduling;
using PlamoNative.Runtime.Sessions;
using PlamoNative.Runtime.Tokenization;
using Xunit;

namespace PlamoNative.Runtime.Tests.Ai;

public sealed class PlamoChatClientTests(ModelFolder folder) : IClassFixture<ModelFolder>, IDisposable
{
    private readonly PlamoChatClient _client = PlamoChatClient.Load(folder.Path);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task A_streamed_answer_and_a_whole_one_are_the_same()
    {
        var options = new ChatOptions { MaxOutputTokens = 12, Seed = 7 };
        var updates = await _client.GetStreamingResponseAsync("吾輩は", options, Token).ToListAsync(Token);
        var response = await _client.GetResponseAsync("吾輩は", options, Token);
        Assert.Equal(string.Concat(updates.Select(u => u.Text)), response.Text);
        Assert.All(updates, u => Assert.Equal(ChatRole.Assistant, u.Role));
        Assert.Single(updates.Select(u => u.ResponseId).Distinct());
        Assert.NotNull(updates[^1].FinishReason);
        Assert.Equal(System.IO.Path.GetFileName(folder.Path), response.ModelId);
    }

    [Fact]
    public async Task Usage_counts_the_tokens_of_prompt_and_answer()
    {
        var prompt = new ChatFormat(_client.GetService<PlamoTokenizer>()!).Encode([new(ChatSpeaker.User, "abc")]);
        var response = await _client.GetResponseAsync("abc", new ChatOptions { MaxOutputTokens = 5, Seed = 1 }, Token);
        Assert.Equal(prompt.Length, response.Usage!.InputTokenCount);
        Assert.InRange(response.Usage.OutputTokenCount!.Value, 1, 5);
        Assert.Equal(response.Usage.InputTokenCount + response.Usage.OutputTokenCount, response.Usage.TotalTokenCount);
    }

    [Fact]
    public async Task Requests_that_run_together_get_the_answers_that_they_get_alone()
    {
        ChatOptions Options(int i) => new() { MaxOutputTokens = 4 + i, Seed = i, Temperature = 0.5f + (i * 0.1f) };
        var alone = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            alone.Add((await _client.GetResponseAsync($"prompt {i}", Options(i), Token)).Text);
        }

        var together = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => _client.GetResponseAsync($"prompt {i}", Options(i), Token)));
        Assert.Equal(alone, together.Select(r => r.Text));
    }

    [Fact]
    public async Task Cancelling_frees_the_sequence()
    {
        using var cancellation = new CancellationTokenSource();
        var stream = _client.GetStreamingResponseAsync("x", new ChatOptions { MaxOutputTokens = 100_000, RawRepresentationFactory = _ => new GenerationOptions { IgnoreEndOfText = true, Temperature = 0 } }, cancellation.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var update in stream)
            {
                await cancellation.CancelAsync();
            }
        });

        var scheduler = _client.GetService<BatchScheduler>()!;
        Assert.True(SpinWait.SpinUntil(() => scheduler.RunningCount == 0, TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void Services_are_found_by_type()
    {
        var metadata = _client.GetService<ChatClientMetadata>()!;
        Assert.Equal(("plamo", "plamo://cpu/"), (metadata.ProviderName, metadata.ProviderUri!.ToString()));
        Assert.Same(_client, _client.GetService<IChatClient>());
        Assert.Same(_client, _client.GetService<PlamoChatClient>());
        Assert.Null(_client.GetService<IChatClient>("some key"));
        Assert.Null(_client.GetService<IEmbeddingGenerator>());
        using var session = _client.GetService<PlamoSession>()!;
        Assert.Equal(0, session.Position);
    }

    [Fact]
    public async Task Options_start_from_the_callers_own_and_additional_properties_are_read()
    {
        var options = new ChatOptions
        {
            RawRepresentationFactory = _ => new GenerationOptions { Temperature = 0, MaxTokens = 3, IgnoreEndOfText = true },
            AdditionalProperties = new() { ["min_p"] = 0.1, ["repetition_penalty"] = 1.1f, ["context_length"] = 4096 },
        };
        var response = await _client.GetResponseAsync("abc", options, Token);
        Assert.InRange(response.Usage!.OutputTokenCount!.Value, 1, 3);
    }

    [Fact]
    public async Task Stop_sequences_end_the_answer()
    {
        var free = await _client.GetResponseAsync("abc", new ChatOptions { MaxOutputTokens = 30, Temperature = 0 }, Token);
        Assert.SkipWhen(free.Text.Length < 2, "the random model ended its answer at once");
        var stop = free.Text[1..2];
        var response = await _client.GetResponseAsync("abc", new ChatOptions { MaxOutputTokens = 30, Temperature = 0, StopSequences = [stop] }, Token);
        Assert.Equal(free.Text[..free.Text.IndexOf(stop, StringComparison.Ordinal)], response.Text);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
    }

    [Fact]
    public void No_member_of_the_options_is_unknown()
    {
        // A newer version of the abstractions may add one: it must be obeyed or refused in ChatRequestReader before it is listed here.
        string[] obeyed =
        [
            "AdditionalProperties", "FrequencyPenalty", "Instructions", "MaxOutputTokens", "PresencePenalty", "RawRepresentationFactory", "Seed", "StopSequences",
            "Temperature", "TopK", "TopP",
        ];
        string[] refused =
        [
            "AllowBackgroundResponses", "AllowMultipleToolCalls", "ContinuationToken", "ConversationId", "ModelId", "Reasoning", "ResponseFormat", "ToolMode", "Tools",
        ];
        Assert.Equal(obeyed.Concat(refused).Order(), typeof(ChatOptions).GetProperties().Select(static member => member.Name).Order());
    }

    public static TheoryData<string> Refusals => [.. Refused.Keys];

    private static Dictionary<string, ChatOptions> Refused { get; } = new(StringComparer.Ordinal)
    {
        ["ModelId"] = new() { ModelId = "another" },
        ["ConversationId"] = new() { ConversationId = "c" },
        ["Tools"] = new() { Tools = [AIFunctionFactory.Create(() => 1, "one")] },
        ["ToolMode"] = new() { ToolMode = ChatToolMode.RequireAny },
        ["ResponseFormat"] = new() { ResponseFormat = ChatResponseFormat.Json },
        ["Reasoning"] = new() { Reasoning = new ReasoningOptions { Effort = ReasoningEffort.High } },
        ["AllowBackgroundResponses"] = new() { AllowBackgroundResponses = true },
        ["RawRepresentationFactory"] = new() { RawRepresentationFactory = _ => "text" },
        ["AdditionalProperties[logit_bias]"] = new() { AdditionalProperties = new() { ["logit_bias"] = 1 } },
        ["AdditionalProperties[min_p]"] = new() { AdditionalProperties = new() { ["min_p"] = "much" } },
        ["temperature"] = new() { Temperature = -1 },
        ["top-p"] = new() { TopP = 2 },
        ["max-tokens"] = new() { MaxOutputTokens = -1 },
        ["prompt"] = new() { AdditionalProperties = new() { ["context_length"] = 2 } },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task What_cannot_be_obeyed_is_refused_by_name(string member)
    {
        var exception = await Assert.ThrowsAsync<ConfigurationException>(() => _client.GetResponseAsync("abc", Refused[member], Token));
        Assert.Equal(member, exception.Key);
        Assert.DoesNotContain('\n', exception.Message);
    }

    [Fact]
    public async Task Contents_and_roles_that_a_text_model_cannot_read_are_refused()
    {
        ChatMessage image = new(ChatRole.User, [new DataContent(new byte[] { 1 }, "image/png")]);
        await Assert.ThrowsAsync<ConfigurationException>(() => _client.GetResponseAsync(image, cancellationToken: Token));
        await Assert.ThrowsAsync<ConfigurationException>(() => _client.GetResponseAsync(new ChatMessage(ChatRole.Tool, "x"), cancellationToken: Token));
        await Assert.ThrowsAsync<ConfigurationException>(() => _client.GetResponseAsync([], cancellationToken: Token));
    }

    [Fact]
    public async Task A_disposed_client_says_so()
    {
        _client.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => _client.GetResponseAsync("abc", cancellationToken: Token));
    }

    [Fact]
    public async Task Middleware_composes()
    {
        using var client = new ChatClientBuilder(_client).ConfigureOptions(o => o.MaxOutputTokens = 2).UseFunctionInvocation().Build();
        var response = await client.GetResponseAsync("abc", cancellationToken: Token);
        Assert.InRange(response.Usage!.OutputTokenCount!.Value, 1, 2);
    }
}
