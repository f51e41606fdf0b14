using PlamoNative.Training.Synthetic;
using Xunit;

namespace PlamoNative.Tests.Training.Synthetic;

/// <summary>Stories and the questions about them.</summary>
public sealed class StoryTests
{
    private static readonly SyntheticDocument[] Documents =
        [.. SyntheticCorpus.Generate(11, 6000).Where(d => d.Kind is SyntheticKind.Story or SyntheticKind.Question)];

    private static readonly SyntheticDocument[] Questions = [.. Documents.Where(d => d.Kind == SyntheticKind.Question)];

    [Fact]
    public void Every_answer_stands_in_the_story()
    {
        foreach (var document in Questions)
        {
            var story = document.Prompt!.Split("問い：")[0];
            Assert.Contains(document.Answer!, story, StringComparison.Ordinal);
            Assert.EndsWith("か。答え：", document.Prompt, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Nobody_asks_for_what_the_question_says_itself() =>
        Assert.All(Questions, document => Assert.DoesNotContain(document.Answer!, document.Prompt!.Split("問い：")[1].Split("三人の中")[0], StringComparison.Ordinal));

    [Fact]
    public void Stories_have_at_least_four_sentences_of_one_voice()
    {
        foreach (var story in Documents.Select(d => d.Text.Split("問い：")[0]))
        {
            var sentences = story.Split('。', StringSplitOptions.RemoveEmptyEntries);
            Assert.InRange(sentences.Length, 4, 12);
            var polite = sentences.Count(s => s.EndsWith("ました", StringComparison.Ordinal) || s.EndsWith("です", StringComparison.Ordinal) || s.EndsWith("でした", StringComparison.Ordinal));
            Assert.True(polite == 0 || polite == sentences.Length, story);
        }
    }

    [Fact]
    public void The_order_of_a_race_follows_from_what_is_told()
    {
        var races = Questions.Where(d => d.Prompt!.Contains("三人の中で", StringComparison.Ordinal)).ToArray();
        Assert.InRange(races.Length, 50, int.MaxValue);
        foreach (var race in races)
        {
            // The one that both comparisons name is the second; who is ahead of somebody is in front.
            var sentences = race.Prompt!.Split('。');
            var (first, second) = (Comparison(sentences[2]), Comparison(sentences[3]));
            Assert.Equal(first.Behind == second.Ahead, first.Ahead != second.Behind);
            var (winner, middle, loser) = first.Behind == second.Ahead ? (first.Ahead, first.Behind, second.Behind) : (second.Ahead, second.Behind, first.Behind);
            var expected = race.Prompt.Contains("二番だった", StringComparison.Ordinal) ? middle
                : race.Prompt.Contains("一番最後", StringComparison.Ordinal) || race.Prompt.Contains("一番おそく", StringComparison.Ordinal)
                    || race.Prompt.Contains("一番低く", StringComparison.Ordinal) || race.Prompt.Contains("一番先に引っかかった", StringComparison.Ordinal) ? loser
                : winner;
            Assert.Equal(expected, race.Answer);
        }
    }

    [Theory]
    [InlineData("書く", "書いて", "書いた", "書きました", "書かなかった")]
    [InlineData("泳ぐ", "泳いで", "泳いだ", "泳ぎました", "泳がなかった")]
    [InlineData("話す", "話して", "話した", "話しました", "話さなかった")]
    [InlineData("待つ", "待って", "待った", "待ちました", "待たなかった")]
    [InlineData("遊ぶ", "遊んで", "遊んだ", "遊びました", "遊ばなかった")]
    [InlineData("読む", "読んで", "読んだ", "読みました", "読まなかった")]
    [InlineData("作る", "作って", "作った", "作りました", "作らなかった")]
    [InlineData("買う", "買って", "買った", "買いました", "買わなかった")]
    [InlineData("海へ行く", "海へ行って", "海へ行った", "海へ行きました", "海へ行かなかった")]
    public void Verbs_of_five_rows_take_their_forms(string dictionary, string te, string past, string polite, string negative)
    {
        var verb = Verb.Godan(dictionary);
        Assert.Equal((te, past, polite, negative), (verb.Te, verb.Past, Voice.Polite.Past(verb), Voice.Plain.DidNot(verb)));
    }

    private static (string Ahead, string Behind) Comparison(string sentence)
    {
        var text = sentence.StartsWith("そして、", StringComparison.Ordinal) ? sentence[4..] : sentence;
        var (subject, rest) = (text.Split('は')[0], text[(text.IndexOf('は', StringComparison.Ordinal) + 1)..]);
        var other = rest.Split("より")[0];
        var isBehind = rest.Contains("おそく", StringComparison.Ordinal) || rest.Contains("あとに", StringComparison.Ordinal) || rest.Contains("低く", StringComparison.Ordinal)
            || rest.Contains("引っかか", StringComparison.Ordinal);
        return isBehind ? (other, subject) : (subject, other);
    }
}
