namespace PlamoNative.Training.Synthetic;

/// <summary>Chooses a plot and tells it, with a question at the end or without.</summary>
internal static class StoryTeller
{
    private static readonly Action<Story>[] Plots =
        [OutingPlot.Tell, LostThingPlot.Tell, GiftPlot.Tell, ChangedPlanPlot.Tell, HelperTale.Tell, CookingPlot.Tell, GrowingPlot.Tell, RacePlot.Tell, NewFriendPlot.Tell];

    /// <summary>A story.</summary>
    internal static Composition Tell(Draws draws)
    {
        var text = Told(draws).Text;
        return new Composition(new SyntheticDocument(SyntheticKind.Story, text, null, null), text);
    }

    /// <summary>A story with a question about it. What it is about is the story alone: no story is told in one part of the corpus and asked about in the other.</summary>
    internal static Composition TellAndAsk(Draws draws)
    {
        var story = Told(draws);
        var fact = draws.Pick<Fact>([.. story.Facts]);
        return Composition.Of(SyntheticKind.Question, story.Text, $"{story.Text}問い：{fact.Question}答え：", fact.Answer, $"{fact.Tail}。");
    }

    private static Story Told(Draws draws)
    {
        var story = new Story(draws);
        draws.Pick<Action<Story>>(Plots)(story);
        return story;
    }
}
