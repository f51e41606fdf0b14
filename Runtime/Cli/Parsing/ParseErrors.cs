using System.CommandLine;
using System.CommandLine.Parsing;
using PlamoNative.Engine;

namespace PlamoNative.Cli.Parsing;

/// <summary>Says in one line what is wrong with a command line that the parser refuses.</summary>
internal static class ParseErrors
{
    /// <summary>The message, and whether usage should follow it: after an unknown verb or option only.</summary>
    internal static (string Message, bool IsUnknownName) Describe(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        if (parsed.UnmatchedTokens is [var first, ..])
        {
            if (first.StartsWith('-'))
            {
                var names = OptionsInScope(parsed).Select(static option => option.Name);
                return ($"unknown option {OptionValues.Quoted(first)}{NearestName.Hint(first, names)}", true);
            }

            return command.Subcommands.Count > 0
                ? ($"unknown verb {OptionValues.Quoted(Path(parsed, first))}{NearestName.Hint(first, command.Subcommands.Select(static verb => verb.Name))}", true)
                : ($"{Path(parsed)}: expected options only{(command.Arguments.Count > 0 ? " after one name" : "")}, found {OptionValues.Quoted(first)}", false);
        }

        foreach (var error in parsed.Errors)
        {
            if (Owner(error.SymbolResult) is not { } owner)
            {
                continue;
            }

            var expected = owner.Option.Arity.MaximumNumberOfValues > 1 ? "values" : owner.Option.Arity.MaximumNumberOfValues == 1 ? "one value" : "no value";
            var found = owner.Tokens.Count == 0 ? "none" : owner.Tokens.Count == 1 ? OptionValues.Quoted(owner.Tokens[0].Value) : $"{owner.Tokens.Count} values";
            var hint = owner.Option.HelpName is { } name ? $" ({name})" : "";
            return ($"{owner.Option.Name}: expected {expected}{hint}, found {found}", false);
        }

        return command.Subcommands.Count > 0
            ? ($"{Path(parsed)}: expected a verb ({string.Join(", ", command.Subcommands.Select(static verb => verb.Name))}), found none", false)
            : (parsed.Errors[0].Message, false);
    }

    /// <summary>The verbs on the command line, the program's own name left out.</summary>
    internal static IReadOnlyList<string> CommandPath(ParseResult parsed)
    {
        var names = new List<string>();
        for (var result = parsed.CommandResult; result.Parent is CommandResult parent; result = parent)
        {
            names.Insert(0, result.Command.Name);
        }

        return names;
    }

    private static string Path(ParseResult parsed, params string[] last) =>
        string.Join(' ', [.. last.Length == 0 ? ["plamo"] : Array.Empty<string>(), .. CommandPath(parsed), .. last]);

    private static OptionResult? Owner(SymbolResult? result)
    {
        while (result is not null and not OptionResult)
        {
            result = result.Parent;
        }

        return result as OptionResult;
    }

    private static IEnumerable<Option> OptionsInScope(ParseResult parsed)
    {
        for (SymbolResult? result = parsed.CommandResult; result is CommandResult scope; result = scope.Parent)
        {
            foreach (var option in scope.Command.Options)
            {
                yield return option;
            }
        }
    }
}
