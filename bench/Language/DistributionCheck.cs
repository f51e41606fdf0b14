using System.Globalization;
using PlamoNative.Engine;

namespace PlamoNative.Bench;

/// <summary>A model is believed only if what it gives to all symbols sums to 1 and none has nothing, after contexts of the text and after random ones.</summary>
internal static class DistributionCheck
{
    private const int Contexts = 48;
    private const double Tolerance = 1e-9;

    /// <summary>Sums over the vocabulary.</summary>
    /// <param name="model">The model.</param>
    /// <param name="vocabSize">Its symbols.</param>
    /// <param name="order">Its order.</param>
    /// <param name="sequence">A sequence whose histories are tried.</param>
    /// <exception cref="ConfigurationException">It is no distribution.</exception>
    public static void Check(KneserNey model, int vocabSize, int order, int[] sequence)
    {
        var random = new Random(11);
        var room = new int[order];
        for (var i = 0; i < Contexts; i++)
        {
            // The text's own histories (the empty one first), random symbols, and random symbols before a symbol of the text.
            var at = i == 0 ? 0 : random.Next(sequence.Length);
            int[] history = (i % 3) switch
            {
                0 => sequence[..at],
                1 => [.. Enumerable.Range(0, order).Select(_ => random.Next(vocabSize))],
                _ => [.. Enumerable.Range(0, order).Select(_ => random.Next(vocabSize)), sequence[at]],
            };
            var contexts = model.Contexts(history, room);
            var (sum, least) = (0.0, double.PositiveInfinity);
            for (var symbol = 0; symbol < vocabSize; symbol++)
            {
                var probability = model.Probability(contexts, symbol);
                sum += probability;
                least = Math.Min(least, probability);
            }

            if (!(Math.Abs(sum - 1) <= Tolerance) || !(least > 0))
            {
                throw new ConfigurationException(
                    "Kneser-Ney",
                    "distribution",
                    "a sum of 1 over the vocabulary and something for every symbol",
                    string.Create(CultureInfo.InvariantCulture, $"a sum of {sum:R}, {least:R} for the least likely, after {history.Length} symbols"));
            }
        }
    }

    /// <summary>Sums over the bytes after every byte.</summary>
    /// <exception cref="ConfigurationException">It is no distribution.</exception>
    public static void Check(ByteSpelling spelling)
    {
        for (var previous = 0; previous <= byte.MaxValue + 1; previous++)
        {
            var sum = Enumerable.Range(0, byte.MaxValue + 1).Sum(value => spelling.Probability(previous, value));
            if (!(Math.Abs(sum - 1) <= Tolerance))
            {
                throw new ConfigurationException("spelling", "distribution", "a sum of 1 over all bytes", sum.ToString("R", CultureInfo.InvariantCulture));
            }
        }
    }
}
