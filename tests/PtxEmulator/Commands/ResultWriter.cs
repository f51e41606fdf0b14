using System.Text;
using System.Text.Json;

namespace PlamoNative.PtxEmulator.Commands;

/// <summary>Prints what a launch found and counted.</summary>
internal static class ResultWriter
{
    internal static void WriteText(TextWriter output, LaunchResult result)
    {
        foreach (var finding in result.Findings)
        {
            output.WriteLine(finding);
        }

        foreach (var (name, value) in Counts(result.Counts))
        {
            output.WriteLine(FormattableString.Invariant($"{name.Replace('_', ' ')}: {value}"));
        }
    }

    internal static void WriteJson(TextWriter output, LaunchResult result)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteStartArray("findings");
            foreach (var finding in result.Findings)
            {
                json.WriteStartObject();
                json.WriteString("kind", Name(finding.Kind));
                json.WriteString("kernel", finding.Kernel);
                WriteTriple(json, "block", finding.BlockX, finding.BlockY, finding.BlockZ);
                WriteTriple(json, "thread", finding.ThreadX, finding.ThreadY, finding.ThreadZ);
                json.WriteNumber("line", finding.Line);
                json.WriteString("instruction", finding.Instruction);
                if (finding.Source is { } source)
                {
                    json.WriteString("source", source);
                }

                json.WriteString("message", finding.Message);
                json.WriteNumber("occurrences", finding.Occurrences);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartObject("counts");
            foreach (var (name, value) in Counts(result.Counts))
            {
                json.WriteNumber(name, value);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        output.WriteLine(Encoding.UTF8.GetString(stream.ToArray()));
    }

    /// <summary>The names that CLI.md uses.</summary>
    private static string Name(FindingKind kind) => kind switch
    {
        FindingKind.SharedRace => "race",
        FindingKind.OutOfBounds => "out of bounds",
        FindingKind.Misaligned => "misaligned",
        FindingKind.UninitializedShared or FindingKind.UninitializedRegister => "uninitialised read",
        FindingKind.DivergentBarrier => "divergent barrier",
        FindingKind.DivergentWarp => "divergent warp instruction",
        FindingKind.ReadOnlyWrite => "write to constant memory",
        FindingKind.UnwaitedAsync => "asynchronous copy not waited for",
        FindingKind.InvalidOperation => "invalid operation",
        FindingKind.Trap => "trap",
        _ => "deadlock",
    };

    private static void WriteTriple(Utf8JsonWriter json, string name, int x, int y, int z)
    {
        json.WriteStartArray(name);
        json.WriteNumberValue(x);
        json.WriteNumberValue(y);
        json.WriteNumberValue(z);
        json.WriteEndArray();
    }

    private static IEnumerable<(string Name, long Value)> Counts(LaunchCounts counts) =>
    [
        ("instructions", counts.ThreadInstructions), ("warp_instructions", counts.WarpInstructions), ("matrix_instructions", counts.MatrixInstructions),
        ("global_accesses", counts.GlobalAccesses), ("global_sectors", counts.GlobalSectors), ("uncoalesced_accesses", counts.UncoalescedAccesses),
        ("shared_accesses", counts.SharedAccesses), ("bank_conflicts", counts.BankConflicts),
    ];
}
