using System.Globalization;
using System.Text;

namespace PlamoNative.Assembly.Tests;

/// <summary>Writes docs/kernels.md: a row a kernel, a column an architecture.</summary>
internal static class KernelPage
{
    private const string Head = """
        # GPU kernels

        Made from the assembler's report by `scripts/update-kernel-page.sh`; a test fails when it is stale. Every kernel is C# that ILGPU compiles to PTX in the build; ptxas 12.4 assembled it
        for each architecture that it is declared for, and each passed the rules of `tests/Assembly.Tests`: no error, no warning, no spill, no stack frame, registers within the budget, every
        barrier still there, no generic access, the expected instructions found. No GPU was needed for any of it. `plamo kernels list`, `ptx` and `sass` show the same of a built product.

        A cell is registers a thread, and the part of a multiprocessor's warps that fit at once (registers, static shared memory and blocks counted; dynamic shared memory, which a launch
        chooses, not). Bytes of spilling are added where there are any. Shared memory is a block's, in bytes; *dynamic* marks kernels that take more at launch. The last column counts the
        expected instructions in the machine code of the last architecture.

        """;

    internal static string Write(IReadOnlyList<ShippedKernel> kernels)
    {
        var page = new StringBuilder(Head.ReplaceLineEndings("\n"));
        var architectures = kernels.Select(static kernel => kernel.Manifest.Architecture.ToString()).Distinct().Order(StringComparer.Ordinal).ToArray();
        page.Append('\n').Append(Text($"{kernels.Select(static kernel => kernel.Manifest.Name).Distinct().Count()} kernels, {kernels.Count} kernels and architectures.")).Append("\n\n");
        page.Append("| kernel | threads | shared |").Append(string.Concat(architectures.Select(static architecture => $" sm_{architecture} |"))).Append(" expected, found |\n");
        page.Append("|---|--:|--:|").Append(string.Concat(architectures.Select(static _ => "--:|"))).Append("---|\n");
        foreach (var targets in kernels.GroupBy(static kernel => kernel.Manifest.Name, StringComparer.Ordinal))
        {
            var last = targets.Last();
            var shared = targets.Max(static kernel => kernel.Assembled.Resources?.SharedBytes ?? 0);
            page.Append(Text($"| {targets.Key} | {last.Manifest.BlockThreads} | {shared}{(last.Manifest.UsesDynamicShared ? " + dynamic" : "")} |"));
            foreach (var architecture in architectures)
            {
                page.Append(' ').Append(Cell(targets.FirstOrDefault(kernel => kernel.Manifest.Architecture.ToString() == architecture))).Append(" |");
            }

            page.Append(' ').Append(string.Join(", ", Found(last).Select(static entry => Text($"{entry.Key} {entry.Value}")))).Append(" |\n");
        }

        return page.ToString();
    }

    /// <summary>The expected instructions with how many of them the machine code has.</summary>
    internal static IEnumerable<KeyValuePair<string, int>> Found(ShippedKernel kernel) =>
        kernel.Promise.ExpectedOpcodes.Select(opcode => KeyValuePair.Create(opcode, kernel.Assembled.Code.Count(opcode)));

    private static string Cell(ShippedKernel? kernel)
    {
        if (kernel?.Assembled.Resources is not { } resources)
        {
            return kernel is null ? "" : "error";
        }

        var occupancy = Occupancy.Of(kernel.Manifest.Architecture.ToString(), kernel.Manifest.BlockThreads, resources.Registers, resources.SharedBytes);
        var spills = resources.SpillStoreBytes + resources.SpillLoadBytes;
        return Text($"{resources.Registers}, {Math.Round(100 * occupancy.Fraction)} %{(spills > 0 ? Text($", {spills} B spilled") : "")}");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
