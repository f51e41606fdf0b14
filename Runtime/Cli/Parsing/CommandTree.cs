using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using PlamoNative.Cli.Verbs;

namespace PlamoNative.Cli.Parsing;

/// <summary>Builds the parser's tree: all verbs by name and summary, options only for the one that is asked for, so that starting stays cheap.</summary>
internal static class CommandTree
{
    private const int HelpWidth = 120;

    internal static RootCommand Build(IReadOnlyList<string> arguments, CommonOptions common, Func<ParseResult, Verb, int> run)
    {
        var root = new RootCommand("PLaMo 2 models in pure .NET: inspect, make, convert and run them.") { HelpName = "plamo" };
        foreach (var option in common.All)
        {
            option.Recursive = true;
            root.Add(option);
        }

        var groups = new Dictionary<string, Command>(StringComparer.Ordinal);
        var examples = new Dictionary<Command, string> { [root] = "plamo generate --model M --prompt 吾輩は --max-tokens 32" };
        foreach (var entry in VerbCatalog.Entries)
        {
            var words = entry.Name.Split(' ');
            Command parent = root;
            if (words.Length == 2)
            {
                if (!groups.TryGetValue(words[0], out var group))
                {
                    groups.Add(words[0], group = new Command(words[0], VerbCatalog.Groups[words[0]]));
                    examples.Add(group, entry.Example);
                    root.Add(group);
                }

                parent = group;
            }

            var command = new Command(words[^1], entry.Summary);
            examples.Add(command, entry.Example);
            parent.Add(command);
            if (arguments.Contains(words[^1]) || IsCompletion(arguments))
            {
                AddVerb(command, entry.Create(), run);
            }
        }

        foreach (var option in root.Options)
        {
            if (option is HelpOption help)
            {
                help.Action = new HelpWithExample((HelpAction)help.Action!, examples);
            }
        }

        return root;
    }

    private static bool IsCompletion(IReadOnlyList<string> arguments) => arguments is [['[', ..], ..];

    private static void AddVerb(Command command, Verb verb, Func<ParseResult, Verb, int> run)
    {
        foreach (var argument in verb.Arguments)
        {
            command.Add(argument);
        }

        foreach (var option in verb.Options)
        {
            command.Add(option);
        }

        command.SetAction(parsed => run(parsed, verb));
    }

    /// <summary>The library's help with one example line behind it.</summary>
    private sealed class HelpWithExample(HelpAction help, Dictionary<Command, string> examples) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            help.MaxWidth = HelpWidth;
            var exitCode = help.Invoke(parseResult);
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Example:");
            output.WriteLine($"  {examples[parseResult.CommandResult.Command]}");
            output.WriteLine();
            return exitCode;
        }
    }
}
