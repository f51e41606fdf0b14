using PlamoNative.Engine;
using PlamoNative.Runtime.Models;
using PlamoNative.Runtime.Sessions;
using PlamoNative.Runtime.Tokenization;
using PlamoNative.Tests.Runtime.Models;
using Xunit;

namespace PlamoNative.Tests.Runtime.Sessions;

public sealed class PlamoSessionTests : IDisposable
{
    private readonly CpuDevice _device = new(2);
    private readonly Plamo2Model _model;

    public PlamoSessionTests() => _model = SmallModels.Create(SmallModels.Shapes["one kv head, window 3, untied"] with { VocabSize = 300 }, _device);

    public void Dispose()
    {
        _model.Dispose();
        _device.Dispose();
    }

    [Fact]
    public void A_long_prompt_goes_in_by_chunks_with_the_logits_of_one_pass()
    {
        var tokens = SmallModels.Tokens(50, 300);
        using var whole = new PlamoSession(_model);
        using var chunked = new PlamoSession(_model) { PrefillChunk = 16 };
        var expected = whole.Append(tokens).ToArray();
        var logits = chunked.Append(tokens).ToArray();
        Assert.Equal(50, chunked.Position);
        Assert.Equal(tokens, chunked.Tokens);
        Assert.All(expected.Zip(logits), static pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
    }

    [Fact]
    public void A_fork_goes_its_own_way_and_both_go_on_as_if_alone()
    {
        using var session = new PlamoSession(_model);
        session.Append([1, 2, 3, 4, 5]);
        using var fork = session.Fork();
        var left = session.Append(7).ToArray();
        fork.Append(8);
        Assert.Equal(session.Append(9).ToArray(), Alone([1, 2, 3, 4, 5], 7, 9));
        Assert.Equal(fork.Append(9).ToArray(), Alone([1, 2, 3, 4, 5], 8, 9));
        Assert.Equal(left, Alone([1, 2, 3, 4, 5], 7));
        Assert.Equal([1, 2, 3, 4, 5, 8, 9], fork.Tokens);
    }

    [Fact]
    public void A_snapshot_brings_a_session_back_and_a_reset_to_the_start()
    {
        using var session = new PlamoSession(_model);
        session.Append([1, 2, 3]);
        using var snapshot = session.Snapshot();
        var first = session.Append(4).ToArray();
        session.Append(5);
        session.Restore(snapshot);
        Assert.Equal(3, session.Position);
        Assert.Equal(first, session.Append(4).ToArray());
        session.Reset();
        Assert.Equal(0, session.Position);
        Assert.Equal(Alone([1, 2, 3], 4), Twice(session));

        static float[] Twice(PlamoSession session)
        {
            session.Append([1, 2, 3]);
            return session.Append(4).ToArray();
        }
    }

    [Fact]
    public void Answers_are_the_same_for_a_seed_and_end_where_they_should()
    {
        var tokenizer = new PlamoTokenizer(ByteLevelVocabulary.Create());
        var options = new GenerationOptions { MaxTokens = 12, Seed = 4, IgnoreEndOfText = true };
        var answer = Generate(options, tokenizer);
        Assert.Equal(12, answer.Count);
        Assert.Equal(FinishReason.MaxTokens, answer[^1].Finish);
        Assert.Equal(answer, Generate(options, tokenizer));
        Assert.Equal(tokenizer.Decode(answer.Select(static token => token.Id).ToArray(), skipControlTokens: true), string.Concat(answer.Select(static token => token.Text)));

        var stopped = Generate(options with { StopTokenIds = [answer[5].Id] }, tokenizer);
        Assert.Equal(FinishReason.EndOfText, stopped[^1].Finish);
        Assert.InRange(stopped.Count, 1, 6);
        Assert.Empty(Generate(options with { MaxTokens = 0 }, tokenizer));
        var full = Generate(options with { MaxTokens = null, ContextLength = 5 }, tokenizer);
        Assert.Equal((3, FinishReason.ContextFull), (full.Count, full[^1].Finish));
    }

    [Fact]
    public void A_prompt_that_does_not_fit_names_both_numbers()
    {
        using var session = new PlamoSession(_model);
        session.Append([1, 2]);
        var error = Assert.Throws<ConfigurationException>(() => session.Generate(new[] { 1, 2, 3 }, new GenerationOptions { ContextLength = 4 }).ToArray());
        Assert.Contains("prompt: expected 1 to 4 tokens, the context's length, found 5 tokens", error.Message, StringComparison.Ordinal);
        Assert.Throws<ConfigurationException>(() => session.Generate(Array.Empty<int>(), new GenerationOptions()).ToArray());
        Assert.Equal(2, session.Position);
    }

    [Fact]
    public void Tokens_before_a_restored_state_fill_the_context_too()
    {
        using var session = new PlamoSession(_model);
        session.Append([1, 2, 3]);
        using var snapshot = session.Snapshot();
        session.Restore(snapshot);
        var options = new GenerationOptions { ContextLength = 4, IgnoreEndOfText = true, Seed = 1 };
        Assert.Contains("found 5 tokens", Assert.Throws<ConfigurationException>(() => session.Generate(new[] { 4, 5 }, options)).Message, StringComparison.Ordinal);
        Assert.Equal(FinishReason.ContextFull, Assert.Single(session.Generate(new[] { 4 }, options)).Finish);
    }

    private List<GeneratedToken> Generate(GenerationOptions options, PlamoTokenizer tokenizer)
    {
        using var session = new PlamoSession(_model, tokenizer);
        return [.. session.Generate(new[] { 1, 20, 30 }, options)];
    }

    private float[] Alone(int[] prompt, params int[] steps)
    {
        using var session = new PlamoSession(_model);
        session.Append(prompt);
        float[] logits = [];
        foreach (var token in steps)
        {
            logits = session.Append(token).ToArray();
        }

        return logits;
    }
}
