namespace PlamoNative.Training.Synthetic;

/// <summary>How a story ends its sentences: politely (です, ます) or plainly (だ, る), the same from its beginning to its end.</summary>
internal sealed class Voice
{
    private readonly bool _isPolite;

    private Voice(bool isPolite) => _isPolite = isPolite;

    internal static Voice Polite { get; } = new(true);

    internal static Voice Plain { get; } = new(false);

    /// <summary>遊びました, 遊んだ.</summary>
    internal string Past(Verb verb) => _isPolite ? verb.Stem + "ました" : verb.Past;

    /// <summary>As <see cref="Past(Verb)"/> for a verb of five rows.</summary>
    internal string Godan(string dictionary) => Past(Verb.Godan(dictionary));

    /// <summary>As <see cref="Past(Verb)"/> for a verb of one row.</summary>
    internal string Ichidan(string dictionary) => Past(Verb.Ichidan(dictionary));

    /// <summary>As <see cref="Past(Verb)"/> for くる.</summary>
    internal string Kuru(string dictionary) => Past(Verb.Kuru(dictionary));

    /// <summary>As <see cref="Past(Verb)"/> for する.</summary>
    internal string Suru(string dictionary) => Past(Verb.Suru(dictionary));

    /// <summary>遊びませんでした, 遊ばなかった.</summary>
    internal string DidNot(Verb verb) => _isPolite ? verb.Stem + "ませんでした" : verb.Negative + "なかった";

    /// <summary>ありませんでした, なかった: ある has no negative of its own row.</summary>
    internal string WasNotThere => _isPolite ? "ありませんでした" : "なかった";

    /// <summary>遊んでいました, 遊んでいた.</summary>
    internal string Doing(string te) => te + (_isPolite ? "いました" : "いた");

    /// <summary>雨です, 雨だ.</summary>
    internal string Is(string noun) => noun + (_isPolite ? "です" : "だ");

    /// <summary>雨でした, 雨だった.</summary>
    internal string Was(string noun) => noun + (_isPolite ? "でした" : "だった");

    /// <summary>うれしかったです, うれしかった, from うれし.</summary>
    internal string WasAdjective(string root) => root + (_isPolite ? "かったです" : "かった");
}
