using Spectre.Console;

namespace PlamoNative.Cli.Rendering;

/// <summary>Names and values in titled groups: a table on a terminal, plain aligned lines elsewhere.</summary>
internal sealed class FactSheet
{
    private readonly List<(string Title, List<(string Name, string Value)> Facts)> _groups = [];

    internal void Group(string title) => _groups.Add((title, []));

    internal void Add(string name, string value) => _groups[^1].Facts.Add((name, OneLineText.Clean(value)));

    internal void Print(CommandStreams streams)
    {
        if (streams.OutputIsTerminal)
        {
            PrintTables(streams.OutputWriter);
            return;
        }

        foreach (var (title, facts) in _groups)
        {
            streams.OutputWriter.WriteLine(title);
            var width = facts.Count == 0 ? 0 : facts.Max(static fact => fact.Name.Length);
            foreach (var (name, value) in facts)
            {
                streams.OutputWriter.WriteLine($"  {name.PadRight(width)}  {value}");
            }
        }
    }

    private void PrintTables(TextWriter output)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        foreach (var (title, facts) in _groups)
        {
            var table = new Table().Border(TableBorder.Rounded).AddColumns(Markup.Escape(title), "");
            foreach (var (name, value) in facts)
            {
                table.AddRow(Markup.Escape(name), Markup.Escape(value));
            }

            console.Write(table);
        }
    }
}
