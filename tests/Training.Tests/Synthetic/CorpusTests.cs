using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using PlamoNative.Training.Synthetic;
using Xunit;

namespace PlamoNative.Tests.Training.Synthetic;

/// <summary>The corpus as a whole: the same everywhere, two parts that have nothing in common, clean text.</summary>
public sealed partial class CorpusTests
{
    private static readonly SyntheticDocument[] Documents = [.. SyntheticCorpus.Generate(3, 4000)];

    [Fact]
    public void A_seed_gives_the_same_bytes_on_every_machine()
    {
        var text = string.Join('\n', SyntheticCorpus.Generate(1, 500).Select(d => d.Text));

        Assert.Equal("B705DD2AF7D9EAA5", Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16]);
    }

    [Fact]
    public void Fewer_documents_are_the_first_of_more_and_another_seed_gives_others()
    {
        Assert.Equal(Documents.Take(50), SyntheticCorpus.Generate(3, 50));
        Assert.NotEqual(Documents.Take(50), SyntheticCorpus.Generate(4, 50));
        Assert.Empty(SyntheticCorpus.Generate(3, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => SyntheticCorpus.Generate(3, -1));
    }

    [Theory]
    [InlineData(3, 3)]
    [InlineData(3, 9)]
    public void No_document_is_in_both_parts_whatever_the_seeds(ulong training, ulong heldOut)
    {
        var known = SyntheticCorpus.Generate(training, 4000).ToArray();
        var texts = known.Select(d => d.Text).ToHashSet();
        var questions = known.Where(d => d.Kind is not SyntheticKind.Question).Select(d => d.Prompt).ToHashSet();
        var stories = known.Where(d => d.Kind is SyntheticKind.Story or SyntheticKind.Question).Select(Story).ToHashSet();

        foreach (var document in SyntheticCorpus.Generate(heldOut, 600, SyntheticSplit.HeldOut))
        {
            Assert.DoesNotContain(document.Text, texts);
            Assert.DoesNotContain(Story(document), stories);
            Assert.True(document.Prompt is null || !questions.Contains(document.Prompt), $"{document.Prompt} is in both parts");
        }
    }

    [Theory]
    [InlineData(SyntheticSplit.Training)]
    [InlineData(SyntheticSplit.HeldOut)]
    public void Every_kind_occurs_in_both_parts(SyntheticSplit split)
    {
        var shares = SyntheticCorpus.Generate(5, 500, split).CountBy(d => d.Kind).ToDictionary();

        foreach (var kind in Enum.GetValues<SyntheticKind>())
        {
            Assert.InRange(shares.GetValueOrDefault(kind), 20, 300);
        }
    }

    [Fact]
    public void Texts_are_one_line_of_the_stated_characters()
    {
        foreach (var document in Documents)
        {
            Assert.Matches(StatedCharacters(), document.Text);
            Assert.EndsWith("。", document.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("。。", document.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("、。", document.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Nearly_all_documents_differ() => Assert.InRange(Documents.DistinctBy(d => d.Text).Count(), Documents.Length * 98 / 100, Documents.Length);

    [Fact]
    public void Prompt_and_answer_begin_the_text()
    {
        foreach (var document in Documents)
        {
            Assert.Equal(document.Kind == SyntheticKind.Story, document.Prompt is null);
            Assert.Equal(document.Prompt is null, document.Answer is null);
            Assert.StartsWith(document.Prompt + document.Answer, document.Text, StringComparison.Ordinal);
            Assert.NotEqual("", document.Answer);
        }
    }

    private static string Story(SyntheticDocument document) => document.Text.Split("問い：")[0] is { Length: > 0 } story ? story : document.Text;

    [GeneratedRegex(@"^[ぁ-ゖァ-ヺー々一-鿿0-9+\-×÷=：「」、。]+$", RegexOptions.CultureInvariant)]
    private static partial Regex StatedCharacters();
}
