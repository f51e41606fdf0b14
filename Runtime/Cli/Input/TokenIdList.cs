using System.Globalization;
using PlamoNative.Cli.Parsing;

namespace PlamoNative.Cli.Input;

/// <summary>Token ids as people and programs write them: numbers divided by commas or white space, in square brackets or not, or an encoder's JSON answer.</summary>
internal static class TokenIdList
{
    /// <param name="text">The list.</param>
    /// <param name="source">Where it came from, for errors.</param>
    /// <param name="vocabSize">Ids must be below it.</param>
    /// <exception cref="UsageException">Something that is no id, or an id out of range: the message names its index.</exception>
    internal static int[] Parse(string text, string source, int vocabSize)
    {
        var ids = new List<int>();
        var list = Inside(text);
        if (list.IsWhiteSpace())
        {
            return [];
        }

        foreach (var entry in list.Split(','))
        {
            // White space divides ids too, but between two commas there must be one.
            if (list[entry].IsWhiteSpace())
            {
                throw new UsageException($"{source}: token {ids.Count}: expected a token id, found nothing between commas");
            }

            AddAll(list[entry], source, vocabSize, ids);
        }

        return [.. ids];
    }

    private static void AddAll(ReadOnlySpan<char> entry, string source, int vocabSize, List<int> ids)
    {
        foreach (var range in entry.SplitAny([' ', '\t', '\r', '\n']))
        {
            var part = entry[range];
            if (part.IsEmpty)
            {
                continue;
            }

            if (!long.TryParse(part, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var id))
            {
                throw new UsageException($"{source}: token {ids.Count}: expected a token id, found {OptionValues.Quoted(part.ToString())}");
            }

            if (id < 0 || id >= vocabSize)
            {
                throw new UsageException($"{source}: token {ids.Count}: expected an id from 0 to {vocabSize - 1} (vocabulary of {vocabSize}), found {id}");
            }

            ids.Add((int)id);
        }
    }

    /// <summary>The numbers without the brackets around them, and without the name before them in <c>{"ids": [...]}</c>.</summary>
    private static ReadOnlySpan<char> Inside(ReadOnlySpan<char> text)
    {
        const string JsonName = "\"ids\"";
        text = text.Trim();
        if (text is ['{', .., '}'] && text[1..^1].Trim() is var members && members.StartsWith(JsonName, StringComparison.Ordinal)
            && members[JsonName.Length..].TrimStart() is [':', .. var list])
        {
            text = list.Trim();
        }

        return text is ['[', .. var inner, ']'] ? inner : text;
    }
}
