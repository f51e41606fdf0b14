using System.Globalization;
using System.Text.RegularExpressions;

namespace PlamoNative.Assembly.Tests;

/// <summary>Reads what <c>ptxas -v</c> prints: resources of each entry, errors by file, warnings by the function they name.</summary>
internal sealed partial class AssemblerLog
{
    private readonly Dictionary<string, EntryResources> _resources = new(StringComparer.Ordinal);
    private readonly List<string> _warnings = [];
    private readonly List<string> _errors = [];

    internal AssemblerLog(string text)
    {
        string? entry = null;
        int stack = 0, stores = 0, loads = 0;
        var ofEntry = false;
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (Compiling().Match(line) is { Success: true } compiling)
            {
                entry = compiling.Groups[1].Value;
            }
            else if (Properties().Match(line) is { Success: true } properties)
            {
                // Functions that were not inlined report after the entry's registers; their stack frames are part of the entry's.
                ofEntry = properties.Groups[1].Value == entry;
            }
            else if (Stack().Match(line) is { Success: true } frame)
            {
                (stack, stores, loads) = (Number(frame, 1), Number(frame, 2), Number(frame, 3));
                if (!ofEntry && entry is not null && _resources.TryGetValue(entry, out var known))
                {
                    _resources[entry] = known with
                    {
                        StackBytes = known.StackBytes + stack,
                        SpillStoreBytes = known.SpillStoreBytes + stores,
                        SpillLoadBytes = known.SpillLoadBytes + loads,
                    };
                }
            }
            else if (Used().Match(line) is { Success: true } used && entry is not null)
            {
                var cumulative = Cumulative().Match(line);
                _resources[entry] = new EntryResources(
                    Number(used, 1), Math.Max(stack, cumulative.Success ? Number(cumulative, 1) : 0), stores, loads, Shared().Match(line) is { Success: true } shared ? Number(shared, 1) : 0);
            }
            else if (line.Contains("error", StringComparison.Ordinal) || line.StartsWith("ptxas fatal", StringComparison.Ordinal))
            {
                _errors.Add(line);
            }
            else if (line.Contains("warning", StringComparison.OrdinalIgnoreCase) || Notice().IsMatch(line))
            {
                _warnings.Add(line);
            }
        }
    }

    /// <summary>All errors, in order.</summary>
    internal IReadOnlyList<string> Errors => _errors;

    /// <summary>The entry's resources, or null.</summary>
    internal EntryResources? Resources(string entry) => _resources.GetValueOrDefault(entry);

    /// <summary>The warnings that quote this name, and those that name no function of the batch at all.</summary>
    internal IReadOnlyList<string> Warnings(string entry) =>
        [.. _warnings.Where(warning => warning.Contains($"'{entry}'", StringComparison.Ordinal) || !_resources.Keys.Any(other => warning.Contains($"'{other}'", StringComparison.Ordinal)))];

    private static int Number(Match match, int group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex("Compiling entry function '([^']+)'")]
    private static partial Regex Compiling();

    [GeneratedRegex("Function properties for (\\S+)")]
    private static partial Regex Properties();

    [GeneratedRegex("(\\d+) bytes stack frame, (\\d+) bytes spill stores, (\\d+) bytes spill loads")]
    private static partial Regex Stack();

    [GeneratedRegex("Used (\\d+) registers")]
    private static partial Regex Used();

    [GeneratedRegex("(\\d+) bytes cumulative stack size")]
    private static partial Regex Cumulative();

    [GeneratedRegex("(\\d+)(?:\\+\\d+)? bytes smem")]
    private static partial Regex Shared();

    [GeneratedRegex("\\(C\\d+\\)|Potential Performance Loss")]
    private static partial Regex Notice();
}
