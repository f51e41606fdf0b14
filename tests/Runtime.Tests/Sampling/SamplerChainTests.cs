using PlamoNative.Engine;
using PlamoNative.Runtime.Sampling;
using PlamoNative.Runtime.Sessions;
using Xunit;

namespace PlamoNative.Tests.Runtime.Sampling;

public sealed class SamplerChainTests
{
    private static readonly float[] Row = [0.5f, 2, -1, 2, 1, float.NegativeInfinity, -3, 0];

    [Fact]
    public void Temperature_zero_takes_the_likeliest_token_and_the_lower_id_of_equals() =>
        Assert.Equal(1, new SamplerChain(new GenerationOptions { Temperature = 0 }, 8, 0).Sample(Row, new TokenHistory()));

    [Fact]
    public void Draws_follow_the_softmax_of_the_logits_and_the_temperature()
    {
        foreach (var temperature in (float[])[1, 0.5f, 2])
        {
            var shares = Shares(new GenerationOptions { Temperature = temperature, Seed = 3 });
            var weights = Row.Select(x => Math.Exp(x / temperature)).ToArray();
            Assert.All(shares.Zip(weights), pair => Assert.Equal(pair.Second / weights.Sum(), pair.First, 0.02));
            Assert.Equal(0, shares[5]);
        }
    }

    [Fact]
    public void Top_k_keeps_the_best_and_the_lower_id_at_the_border()
    {
        Assert.Equal([1], Drawn(new GenerationOptions { TopK = 1 }));
        Assert.Equal([1, 3], Drawn(new GenerationOptions { TopK = 2 }));
        Assert.Equal([1, 3, 4], Drawn(new GenerationOptions { TopK = 3 }));
    }

    [Fact]
    public void Top_p_keeps_the_token_that_reaches_the_mass_and_counts_among_what_top_k_left()
    {
        // Softmax of the row: ids 1 and 3 have 0.357 each, 4 has 0.131, 0 has 0.080, 7 has 0.048, 2 has 0.018, 6 has 0.002.
        Assert.Equal([1], Drawn(new GenerationOptions { TopP = 0.3 }));
        Assert.Equal([1, 3], Drawn(new GenerationOptions { TopP = 0.36 }));
        Assert.Equal([0, 1, 3, 4], Drawn(new GenerationOptions { TopP = 0.9 }));
        Assert.Equal([1], Drawn(new GenerationOptions { TopK = 2, TopP = 0.49 }));
        Assert.Equal([1, 3], Drawn(new GenerationOptions { TopK = 2, TopP = 0.51 }));
    }

    [Fact]
    public void Min_p_keeps_tokens_of_a_share_of_the_likeliest() =>
        Assert.Equal([0, 1, 3, 4], Drawn(new GenerationOptions { MinP = Math.Exp(-1.6) }));

    [Fact]
    public void Penalties_hit_what_was_seen_and_what_was_written()
    {
        var history = new TokenHistory();
        history.AddPrompt([1]);
        history.AddGenerated(3);
        history.AddGenerated(3);
        int Greedy(GenerationOptions options) => new SamplerChain(options with { Temperature = 0 }, 8, 0).Sample(Row, history);
        Assert.Equal(4, Greedy(new GenerationOptions { RepetitionPenalty = 2.5f }));
        Assert.Equal(1, Greedy(new GenerationOptions { FrequencyPenalty = 0.1f }));
        Assert.Equal(3, Greedy(new GenerationOptions { FrequencyPenalty = -0.1f }));
        Assert.Equal(3, Greedy(new GenerationOptions { PresencePenalty = -0.1f }));
        var candidates = new Candidates(8);
        candidates.Reset([.. Row]);
        new RepetitionPenalty(2).Apply(candidates, history);
        new FrequencyPenalty(1, 0.5f).Apply(candidates, history);
        Assert.Equal([0.5f, 1, -1, 1 - 2.5f, 1, float.NegativeInfinity, -3, 0], candidates.Logits.ToArray());
    }

    [Fact]
    public void A_seed_and_a_place_in_the_answer_make_the_draw()
    {
        var options = new GenerationOptions { TopP = 0.98 };
        Assert.Equal(Sequence(options, 5), Sequence(options, 5));
        Assert.NotEqual(Sequence(options, 5), Sequence(options, 6));
    }

    [Fact]
    public void Long_rows_are_cut_as_short_ones_are()
    {
        var random = new Philox(1, 1);
        float[] row = [.. Enumerable.Range(0, 5000).Select(i => (float)(6 * random.Uniform((ulong)i)))];
        var order = Enumerable.Range(0, row.Length).OrderByDescending(i => row[i]).ThenBy(static i => i).ToArray();
        var weights = order.Select(i => Math.Exp(row[i])).ToArray();
        var (total, sum, count) = (weights.Sum(), 0.0, 0);
        while (sum < 0.7 * total)
        {
            sum += weights[count++];
        }

        var candidates = new Candidates(row.Length);
        candidates.Reset(row);
        new TopP(0.7).Apply(candidates, new TokenHistory());
        Assert.Equal(order[..count], candidates.Ids(count).ToArray());
        Assert.Equal(count, candidates.Count);
    }

    [Fact]
    public void A_tiny_temperature_is_greedy_and_a_row_without_numbers_is_an_error()
    {
        Assert.Equal([1, 3], Drawn(new GenerationOptions { Temperature = 1e-38f }));
        var nothing = Enumerable.Repeat(float.NaN, 8).ToArray();
        foreach (var options in (GenerationOptions[])[new() { Temperature = 0 }, new(), new() { TopK = 3 }, new() { TopP = 0.5 }, new() { MinP = 0.1 }])
        {
            Assert.Throws<ArgumentException>(() => new SamplerChain(options, 8, 0).Sample(nothing, new TokenHistory()));
        }
    }

    [Fact]
    public void Options_out_of_range_are_named()
    {
        static void Expect(string message, GenerationOptions options) =>
            Assert.Contains(message, Assert.Throws<ConfigurationException>(options.Validate).Message, StringComparison.Ordinal);
        Expect("temperature: expected a finite number, 0 or more, found -1", new() { Temperature = -1 });
        Expect("temperature", new() { Temperature = float.NaN });
        Expect("top-p: expected above 0, at most 1, found 0", new() { TopP = 0 });
        Expect("top-p", new() { TopP = double.NaN });
        Expect("min-p: expected 0 to 1, found 1.5", new() { MinP = 1.5 });
        Expect("top-k: expected 0 or more, found -2", new() { TopK = -2 });
        Expect("repetition-penalty", new() { RepetitionPenalty = 0 });
        Expect("max-tokens: expected 0 or more, found -1", new() { MaxTokens = -1 });
        Expect("stop: expected texts of at least one character, found an empty one", new() { StopStrings = ["a", ""] });
        Expect("context: expected 1 or more, found 0", new() { ContextLength = 0 });
    }

    private static double[] Shares(GenerationOptions options)
    {
        var shares = new double[Row.Length];
        var sequence = Sequence(options, options.Seed ?? 1, 20000);
        foreach (var token in sequence)
        {
            shares[token] += 1.0 / sequence.Count;
        }

        return shares;
    }

    private static int[] Drawn(GenerationOptions options) => [.. Sequence(options, 1, 2000).Distinct().Order()];

    private static List<int> Sequence(GenerationOptions options, ulong seed, int length = 200)
    {
        var chain = new SamplerChain(options, Row.Length, seed);
        var history = new TokenHistory();
        var tokens = new List<int>();
        for (var i = 0; i < length; i++)
        {
            tokens.Add(chain.Sample(Row, history));
            history.AddGenerated(tokens[^1]);
        }

        return tokens;
    }
}
