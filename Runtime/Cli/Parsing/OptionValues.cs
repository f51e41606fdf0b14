using System.CommandLine;
using System.Globalization;
using PlamoNative.Engine;

namespace PlamoNative.Cli.Parsing;

/// <summary>Reads typed values of options. Every wrong value gives one line: option, what was expected, what was found.</summary>
/// <remarks>All options are declared as text, so that messages are ours and alike, in one language, whatever the parser's own would be.</remarks>
internal sealed class OptionValues(ParseResult parsed)
{
    internal bool Has(Option<bool> option) => parsed.GetValue(option);

    internal bool IsGiven(Option<string> option) => parsed.GetResult(option) is { Implicit: false };

    internal string? Text(Option<string> option) => parsed.GetValue(option);

    internal string? Text(Argument<string> argument) => parsed.GetValue(argument);

    internal string[] Texts(Option<string[]> option) => parsed.GetValue(option) ?? [];

    /// <summary>The value of an option that a verb cannot do without; an empty one counts as absent.</summary>
    internal string Required(Option<string> option, string expected) => parsed.GetValue(option) switch
    {
        null => throw UsageException.ForOption(option.Name, expected, "nothing"),
        "" => throw UsageException.ForOption(option.Name, expected, "an empty text"),
        var text => text,
    };

    internal int Integer(Option<string> option, int minimum, int maximum, int otherwise) => OptionalInteger(option, minimum, maximum) ?? otherwise;

    internal int? OptionalInteger(Option<string> option, int minimum, int maximum)
    {
        if (parsed.GetValue(option) is not { } text)
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= minimum && value <= maximum
            ? value
            : throw UsageException.ForOption(option.Name, Range("a whole number", minimum, maximum, maximum == int.MaxValue), Quoted(text));
    }

    internal ulong Unsigned(Option<string> option, ulong otherwise)
    {
        if (parsed.GetValue(option) is not { } text)
        {
            return otherwise;
        }

        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw UsageException.ForOption(option.Name, "a whole number from 0 to 18446744073709551615", Quoted(text));
    }

    /// <summary>A finite number in a closed range; NaN is never in one.</summary>
    internal double Number(Option<string> option, double minimum, double maximum, double otherwise)
    {
        if (parsed.GetValue(option) is not { } text)
        {
            return otherwise;
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= minimum && value <= maximum
            ? value
            : throw UsageException.ForOption(option.Name, Range("a number", minimum, maximum, maximum == double.MaxValue), Quoted(text));
    }

    internal string? Choice(Option<string> option, IReadOnlyList<string> choices)
    {
        if (parsed.GetValue(option) is not { } text || choices.Contains(text))
        {
            return parsed.GetValue(option);
        }

        throw UsageException.ForOption(option.Name, $"one of {string.Join(", ", choices)}", Quoted(text) + NearestName.Hint(text, choices));
    }

    /// <summary>A text for a message: quoted, and cut when it is long.</summary>
    internal static string Quoted(string text) => text.Length <= 80 ? $"'{text}'" : $"'{text[..80]}...'";

    private static string Range(string what, IFormattable minimum, IFormattable maximum, bool isOpen) => isOpen
        ? string.Create(CultureInfo.InvariantCulture, $"{what}, at least {minimum}")
        : string.Create(CultureInfo.InvariantCulture, $"{what} from {minimum} to {maximum}");
}
