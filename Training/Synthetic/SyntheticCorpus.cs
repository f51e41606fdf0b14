namespace PlamoNative.Training.Synthetic;

/// <summary>
/// A small Japanese corpus out of nothing but a seed: stories, questions about them, sums and dates, with the right answers. A document is a pure function
/// of the seed and its number, so the same bytes come out everywhere. It is made to try a trainer on, not to learn the language from.
/// </summary>
/// <remarks>
/// The characters are hiragana, katakana, kanji (U+4E00 to U+9FFF), the digits 0 to 9 and + - × ÷ = ： 「 」 、 。 ー 々.
/// </remarks>
public static class SyntheticCorpus
{
    /// <summary>Makes documents one after the other.</summary>
    /// <param name="seed">Another seed, other documents.</param>
    /// <param name="documents">How many; at least 0.</param>
    /// <param name="split">Of which part.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="documents"/> is negative.</exception>
    public static IEnumerable<SyntheticDocument> Generate(ulong seed, int documents, SyntheticSplit split = SyntheticSplit.Training)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(documents);
        return Stream(seed, documents, split);
    }

    private static IEnumerable<SyntheticDocument> Stream(ulong seed, int documents, SyntheticSplit split)
    {
        var made = 0;
        for (var number = 0UL; made < documents; number++)
        {
            var composition = Compose(new Draws(seed, number));
            if (composition.Split == split)
            {
                made++;
                yield return composition.Document;
            }
        }
    }

    private static Composition Compose(Draws draws) => draws.Below(100) switch
    {
        < 32 => StoryTeller.Tell(draws),
        < 62 => StoryTeller.TellAndAsk(draws),
        < 74 => ArithmeticFacts.Compose(draws),
        < 88 => WordProblems.Compose(draws),
        _ => DateFacts.Compose(draws),
    };
}
