using System.Text.RegularExpressions;

namespace PlamoNative.Compilation;

/// <summary>ILGPU's text, taken apart: declarations of the module, functions, the entry, file names.</summary>
internal sealed partial class PtxParts
{
    private readonly Dictionary<string, Function> _functions = new(StringComparer.Ordinal);

    /// <summary>A function or entry: all before its brace, and the rest.</summary>
    internal sealed record Function(string Name, string Header, string Body);

    /// <summary>Lines of the module itself, such as dynamic shared memory and constant strings.</summary>
    public List<string> Declarations { get; } = [];

    /// <summary><c>.file</c> lines.</summary>
    public List<string> Files { get; } = [];

    /// <summary>The kernel.</summary>
    public Function Entry { get; private set; } = null!;

    public static PtxParts Split(string text)
    {
        var parts = new PtxParts();
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i];
            if (Head().Match(line) is { Success: true } head)
            {
                i = parts.ReadFunction(lines, i, head);
            }
            else if (line.TrimStart().StartsWith(".file", StringComparison.Ordinal))
            {
                parts.Files.Add(line);
            }
            else if (line.Length > 0 && !Header().IsMatch(line))
            {
                parts.Declarations.Add(line);
            }
        }

        return parts.Entry != null ? parts : throw new InvalidDataException("ILGPU's text has no .entry");
    }

    /// <summary>The functions that the entry calls, directly or not, in order of the first call.</summary>
    public IReadOnlyList<Function> Reachable()
    {
        var found = new List<Function>();
        Visit(Entry.Body, found);
        return found;
    }

    private void Visit(string body, List<Function> found)
    {
        foreach (Match call in Call().Matches(body))
        {
            if (_functions.TryGetValue(call.Groups["name"].Value, out var function) && !found.Contains(function))
            {
                found.Add(function);
                Visit(function.Body, found);
            }
        }
    }

    private int ReadFunction(string[] lines, int start, Match head)
    {
        var open = start;
        while (!lines[open].StartsWith('{') && !lines[open].TrimEnd().EndsWith(';'))
        {
            open++;
        }

        if (!lines[open].StartsWith('{'))
        {
            return open; // only a declaration: written anew for those that are called
        }

        var close = open;
        while (lines[close] != "}")
        {
            close++;
        }

        var function = new Function(head.Groups["name"].Value, string.Join('\n', lines[start..open]), string.Join('\n', lines[open..(close + 1)]) + "\n");
        if (head.Groups["kind"].Value == "entry")
        {
            Entry = function;
        }
        else
        {
            _functions[function.Name] = function;
        }

        return close;
    }

    [GeneratedRegex(@"^\s*(\.visible |\.extern )?\.(?<kind>entry|func) (\([^)]*\) )?(?<name>\w+)\(")]
    private static partial Regex Head();

    [GeneratedRegex(@"^(//.*|\.version .*|\.target .*|\.address_size .*|\s*\.section.*)$")]
    private static partial Regex Header();

    [GeneratedRegex(@"\bcall(\.uni)?\s+(\(\w+\), )?(?<name>\w+)")]
    private static partial Regex Call();
}
