using System.Text;

namespace PlamoNative.Training.Synthetic;

/// <summary>A question about a story.</summary>
/// <param name="Question">The question, with か。 at its end.</param>
/// <param name="Answer">The answer, which stands in the story as it is.</param>
/// <param name="Tail">What makes a sentence of the answer, without 。.</param>
internal readonly record struct Fact(string Question, string Answer, string Tail);

/// <summary>A story while it is being told: its sentences, and what may be asked about them.</summary>
internal sealed class Story(Draws draws)
{
    private readonly StringBuilder _text = new();
    private readonly List<Fact> _facts = [];

    /// <summary>The choices of the story.</summary>
    internal Draws Draws { get; } = draws;

    /// <summary>How its sentences end.</summary>
    internal Voice Voice { get; } = draws.Chance(60) ? Voice.Polite : Voice.Plain;

    /// <summary>What has been told.</summary>
    internal string Text => _text.ToString();

    /// <summary>What may be asked.</summary>
    internal IReadOnlyList<Fact> Facts => _facts;

    /// <summary>Tells a sentence, given without its 。.</summary>
    internal void Say(string sentence) => _text.Append(sentence).Append('。');

    /// <summary>Notes a question whose answer the story holds.</summary>
    internal void Ask(string question, string answer, string tail = "です") => _facts.Add(new Fact(question + "か。", answer, tail));
}
