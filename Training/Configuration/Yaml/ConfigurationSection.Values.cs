using System.Globalization;
using PlamoNative.Engine;

namespace PlamoNative.Training.Configuration;

/// <content>Single values. A key that is not written has its default; one that is written without a value is off where that is allowed, else wrong.</content>
internal sealed partial class ConfigurationSection
{
    private static readonly string[] WordsForTrue = ["true", "True", "TRUE"];
    private static readonly string[] WordsForFalse = ["false", "False", "FALSE"];

    internal string Text(string key, string otherwise) => Find(key) is { } node ? TextOf(node, key) : otherwise;

    internal string? OptionalText(string key) => Find(key) is { IsNothing: false } node ? TextOf(node, key) : null;

    /// <summary>A text that must be there; an empty one stands for it until <see cref="Done"/> throws.</summary>
    internal string RequiredText(string key, string expected)
    {
        if (Find(key) is { } node)
        {
            return TextOf(node, key);
        }

        _missing.Add((key, expected));
        return "";
    }

    /// <summary>A list of texts, or one text in place of a list of one.</summary>
    internal IReadOnlyList<string> Texts(string key)
    {
        if (Find(key) is { Kind: ConfigurationNodeKind.Scalar, IsNothing: false } only)
        {
            return [TextOf(only, key)];
        }

        return [.. Items(key, "a list of texts").Select((item, index) => TextOf(item, string.Create(CultureInfo.InvariantCulture, $"{key}.{index}")))];
    }

    /// <summary>A list of at least one text.</summary>
    internal IReadOnlyList<string> RequiredTexts(string key, string expected)
    {
        var texts = Texts(key);
        if (texts.Count == 0)
        {
            if (Find(key) is { } node)
            {
                throw Wrong(key, expected, node.IsNothing ? "nothing" : "an empty list");
            }

            _missing.Add((key, expected));
        }

        return texts;
    }

    internal double Number(string key, double otherwise, NumberRange range) => Find(key) is { } node ? NumberOf(node, PathOf(key), range) : otherwise;

    /// <summary>A number, or null where the file says null.</summary>
    internal double? OptionalNumber(string key, double? otherwise, NumberRange range) =>
        Find(key) is not { } node ? otherwise : node.IsNothing ? null : NumberOf(node, PathOf(key), range);

    internal IReadOnlyList<double> Numbers(string key, NumberRange range) =>
        [.. Items(key, "a list of numbers").Select((item, index) => NumberOf(item, PathOf(key, index), range))];

    internal int Integer(string key, int otherwise, int minimum, int maximum = int.MaxValue) => (int)Long(key, otherwise, minimum, maximum);

    internal long Long(string key, long otherwise, long minimum, long maximum = long.MaxValue) => Find(key) is { } node
        ? LongOf(node, key, minimum, maximum)
        : otherwise;

    internal int? OptionalInteger(string key, int? otherwise, int minimum, int maximum = int.MaxValue) =>
        Find(key) is not { } node ? otherwise : node.IsNothing ? null : (int)LongOf(node, key, minimum, maximum);

    internal long? OptionalLong(string key, long minimum) => Find(key) is { IsNothing: false } node ? LongOf(node, key, minimum, long.MaxValue) : null;

    internal ulong Unsigned(string key, ulong otherwise)
    {
        if (Find(key) is not { } node)
        {
            return otherwise;
        }

        return node.Kind == ConfigurationNodeKind.Scalar && ulong.TryParse(node.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw Wrong(key, "a whole number of at least 0", node.Describe());
    }

    internal bool Flag(string key, bool otherwise)
    {
        if (Find(key) is not { } node)
        {
            return otherwise;
        }

        return WordsForTrue.Contains(node.Text) || (WordsForFalse.Contains(node.Text) ? false : throw Wrong(key, "true or false", node.Describe()));
    }

    /// <summary>One of several words.</summary>
    internal T Choice<T>(string key, T otherwise, ChoiceNames<T> names)
        where T : struct, Enum
    {
        if (Find(key) is not { } node)
        {
            return otherwise;
        }

        return node.Kind == ConfigurationNodeKind.Scalar && names.Find(node.Text) is { } value
            ? value
            : throw Wrong(key, $"one of {string.Join(", ", names.All)}", node.Describe() + NearestName.Hint(node.Text, names.All));
    }

    internal TimeSpan? OptionalDuration(string key)
    {
        if (Find(key) is not { IsNothing: false } node)
        {
            return null;
        }

        return node.Kind == ConfigurationNodeKind.Scalar && DurationText.TryParse(node.Text, out var value)
            ? value
            : throw Wrong(key, "a duration above 0 such as 90s, 20m or 1h30m", node.Describe());
    }

    private string TextOf(ConfigurationNode node, string key) =>
        node.Kind == ConfigurationNodeKind.Scalar && !node.IsNothing && node.Text.Length > 0
            ? node.Text
            : throw new ConfigurationException(node.Location, PathOf(key), "a text", node.IsQuoted ? "an empty one" : node.Describe());

    private static double NumberOf(ConfigurationNode node, string path, NumberRange range)
    {
        if (node.Kind != ConfigurationNodeKind.Scalar || !double.TryParse(node.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
        {
            throw new ConfigurationException(node.Location, path, "a number", node.Describe());
        }

        return range.Contains(value) ? value : throw new ConfigurationException(node.Location, path, range.ToString(), node.Describe());
    }

    private long LongOf(ConfigurationNode node, string key, long minimum, long maximum)
    {
        if (node.Kind != ConfigurationNodeKind.Scalar || !long.TryParse(node.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
        {
            throw Wrong(key, "a whole number", node.Describe());
        }

        if (value >= minimum && value <= maximum)
        {
            return value;
        }

        var range = maximum is int.MaxValue or long.MaxValue ? FormattableString.Invariant($"of at least {minimum}") : FormattableString.Invariant($"from {minimum} to {maximum}");
        throw Wrong(key, $"a whole number {range}", node.Describe());
    }
}
