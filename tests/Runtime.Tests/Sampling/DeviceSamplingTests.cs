using PlamoNative.Engine;
using PlamoNative.Kernels;
using PlamoNative.Runtime.Sampling;
using PlamoNative.Runtime.Sessions;
using Xunit;

namespace PlamoNative.Tests.Runtime.Sampling;

public sealed class DeviceSamplingTests
{
    private const int Vocabulary = 400;

    public static TheoryData<string, GenerationOptions, bool> Choices => new()
    {
        { "greedy", new GenerationOptions { Temperature = 0 }, false },
        { "top k", new GenerationOptions { Temperature = 1, TopK = 7 }, false },
        { "top k and temperature", new GenerationOptions { Temperature = 0.3f, TopK = 50 }, false },
        { "all steps", new GenerationOptions { Temperature = 3, TopK = 399, TopP = 0.8f, MinP = 0.01f }, false },
        { "greedy with a penalty", new GenerationOptions { Temperature = 0, RepetitionPenalty = 1.2f }, true },
        { "top k with a penalty", new GenerationOptions { Temperature = 0.5f, TopK = 7, PresencePenalty = 0.5f }, true },
        { "the whole row", new GenerationOptions { Temperature = 0.5f, TopK = 0, TopP = 0.9f }, true },
        { "more than there are", new GenerationOptions { Temperature = 0.5f, TopK = Vocabulary }, true },
    };

    [Theory]
    [MemberData(nameof(Choices))]
    public void Tokens_chosen_on_the_device_are_those_of_the_processor(string name, GenerationOptions options, bool fetches)
    {
        var (history, random) = (new TokenHistory(), new Random(4));
        history.AddPrompt([3, 5, 8]);
        var here = new SamplerChain(options, Vocabulary, 9);
        var there = new SamplerChain(options, Vocabulary, 9);
        for (var step = 0; step < 200; step++)
        {
            var logits = new float[Vocabulary];
            for (var i = 0; i < logits.Length; i++)
            {
                // Neighbours of one float, which a temperature may make equal, and a NaN now and then.
                logits[i] = i % 50 == 0 && step % 9 == 0 ? float.NaN : MathF.Round((float)random.NextDouble() * 3) + (random.Next(4) / (float)(1 << 21));
            }

            var rows = new Rows(logits);
            var token = here.Sample(logits, history);
            Assert.True(token == there.Sample(rows, 0, history), $"{name}, token {step}");
            Assert.Equal(fetches, rows.IsFetched);
            history.AddGenerated(token);
        }
    }

    [Fact]
    public void A_row_without_numbers_is_refused()
    {
        var rows = new Rows([float.NaN, float.NaN, float.NaN]);
        Assert.Throws<ArgumentException>(() => new SamplerChain(new GenerationOptions { Temperature = 0 }, 3, 0).Sample(rows, 0, new TokenHistory()));
        Assert.Throws<ArgumentException>(() => new SamplerChain(new GenerationOptions { Temperature = 1, TopK = 2 }, 3, 0).Sample(rows, 0, new TokenHistory()));
    }

    /// <summary>A device whose kernels are the processor's functions.</summary>
    private sealed class Rows(float[] logits) : ILogitRows
    {
        public bool IsFetched { get; private set; }

        public bool ChoosesOnDevice => true;

        public ReadOnlySpan<float> Row(int row)
        {
            IsFetched = true;
            return logits;
        }

        public int ArgMax(int row) => Logits.ArgMax(logits);

        public int TopK(int row, float temperature, Span<float> values, Span<int> indices)
        {
            var largest = Logits.Max(logits);
            return Logits.TopK(temperature == 1 ? logits : Array.ConvertAll(logits, logit => (logit - largest) / temperature), values, indices);
        }
    }
}
