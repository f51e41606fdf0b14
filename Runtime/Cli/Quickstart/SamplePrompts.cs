using PlamoNative.Training.Synthetic;

namespace PlamoNative.Cli.Quickstart;

/// <summary>A beginning that a model continues, and the continuation that would be right, where there is one.</summary>
/// <param name="Prompt">The beginning.</param>
/// <param name="Answer">The right continuation, or null.</param>
internal sealed record SamplePrompt(string Prompt, string? Answer);

/// <summary>Beginnings of the corpus' kind that were not in it.</summary>
internal static class SamplePrompts
{
    private const int Searched = 100;
    private const int ShortestStory = 12;

    /// <summary>One story and one of each kind of question, out of the held-out part.</summary>
    internal static IReadOnlyList<SamplePrompt> Choose(ulong seed)
    {
        var documents = SyntheticCorpus.Generate(seed + 1, Searched, SyntheticSplit.HeldOut).ToArray();
        return [.. Enum.GetValues<SyntheticKind>()
            .Select(kind => documents.Where(document => document.Kind == kind))
            .Select(static ofKind => ofKind.FirstOrDefault(static document => document.Prompt is null) ?? ofKind.MinBy(static document => document.Text.Length))
            .Where(static document => document is not null)
            .Select(static document => document!.Prompt is { } prompt ? new SamplePrompt(prompt, document.Answer) : new SamplePrompt(Beginning(document.Text), null))];
    }

    /// <summary>The first clause of a story, or a few characters of it.</summary>
    private static string Beginning(string text)
    {
        var comma = text.IndexOf('、', StringComparison.Ordinal);
        return comma is > 0 and < ShortestStory ? text[..(comma + 1)] : text[..Math.Min(ShortestStory, text.Length)];
    }
}
