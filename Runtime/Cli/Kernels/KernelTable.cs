using System.Globalization;
using System.Text.Json;
using PlamoNative.Engine;

namespace PlamoNative.Cli.Kernels;

/// <summary>The list of kernels as aligned text and as JSON. What the assembler has not seen of this very text stays empty (null in JSON).</summary>
internal static class KernelTable
{
    private static readonly string[] Titles = ["kernel", "target", "threads", "registers", "shared", "spills", "expected instructions"];

    internal static void Print(TextWriter output, KernelSet set, IReadOnlyList<KernelManifest> kernels)
    {
        var rows = kernels.Select(kernel => Row(kernel, set.Table.Find(kernel))).Prepend(Titles).ToArray();
        var widths = Enumerable.Range(0, Titles.Length - 1).Select(column => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
        {
            var cells = row.Select((cell, column) => column >= widths.Length ? cell : column < 2 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]));
            output.WriteLine(string.Join("  ", cells).TrimEnd());
        }
    }

    internal static void Write(Utf8JsonWriter writer, KernelSet set, IReadOnlyList<KernelManifest> kernels)
    {
        writer.WriteStartArray("kernels");
        foreach (var kernel in kernels)
        {
            writer.WriteStartObject();
            writer.WriteString("name", kernel.Name);
            writer.WriteString("target", kernel.Architecture.Target);
            writer.WriteNumber("block_threads", kernel.BlockThreads);
            writer.WriteBoolean("dynamic_shared", kernel.UsesDynamicShared);
            var assembled = set.Table.Find(kernel);
            WriteNumber(writer, "registers", assembled?.Registers);
            WriteNumber(writer, "shared_bytes", assembled?.SharedBytes);
            WriteNumber(writer, "stack_bytes", assembled?.StackBytes);
            WriteNumber(writer, "spill_bytes", assembled?.SpillBytes);
            writer.WriteStartArray("expects");
            foreach (var opcode in Expected(kernel))
            {
                writer.WriteStringValue(opcode);
            }

            writer.WriteEndArray();
            writer.WriteStartObject("found");
            foreach (var (opcode, count) in assembled?.Found ?? [])
            {
                writer.WriteNumber(opcode, count);
            }

            writer.WriteEndObject();
            writer.WriteString("sha256", kernel.Sha256);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static string[] Row(KernelManifest kernel, AssembledKernel? assembled)
    {
        var found = Expected(kernel).Select(opcode => assembled?.Found.FirstOrDefault(entry => entry.Key == opcode) is { Value: > 0 and var count } ? $"{opcode} ({count})" : opcode);
        return
        [
            kernel.Name, kernel.Architecture.Target, Text(kernel.BlockThreads), Text(assembled?.Registers), Text(assembled?.SharedBytes) + (kernel.UsesDynamicShared ? "+dynamic" : ""),
            Text(assembled?.SpillBytes), string.Join(", ", found),
        ];
    }

    private static string[] Expected(KernelManifest kernel) => kernel.Expects.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static string Text(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";

    private static void WriteNumber(Utf8JsonWriter writer, string name, int? number)
    {
        if (number is { } known)
        {
            writer.WriteNumber(name, known);
        }
        else
        {
            writer.WriteNull(name);
        }
    }
}
