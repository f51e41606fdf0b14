using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace PlamoNative.Assembly.Tests;

/// <summary>
/// Runs <c>ptxas</c> and <c>nvdisasm</c>. Starting the disassembler costs several times what a kernel does, so kernels of one architecture go through both in batches; a batch
/// with an error is done again one by one, which names the kernel.
/// </summary>
internal static partial class Assembler
{
    private const int BatchSize = 32;

    /// <summary>Assembles one text.</summary>
    internal static AssembledUnit Assemble(PtxUnit unit) => AssembleAll([unit])[0];

    /// <summary>Assembles all, in the order given.</summary>
    internal static IReadOnlyList<AssembledUnit> AssembleAll(IReadOnlyList<PtxUnit> units)
    {
        var tools = CudaTools.Require();
        var results = new ConcurrentDictionary<PtxUnit, AssembledUnit>();

        // An entry's name may occur once in a batch.
        var batches = units.Distinct().GroupBy(static unit => unit.Entry).SelectMany(static same => same.Select((unit, index) => (unit, index)))
            .GroupBy(static item => (item.unit.Architecture, item.index))
            .SelectMany(static group => group.Select(static item => item.unit).Chunk(BatchSize)).ToArray();
        Parallel.ForEach(batches, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = TestContext.Current.CancellationToken }, batch =>
        {
            foreach (var result in Run(tools, batch))
            {
                results[result.Unit] = result;
            }
        });
        return [.. units.Select(unit => results[unit])];
    }

    // ptxas takes equal names of shared variables in two texts for one variable, and then forgets the bytes of one of them.
    private static string WithOwnVariables(string text, int index)
    {
        var names = Variable().Matches(text).Select(static match => match.Groups[1].Value).Distinct().ToArray();
        return names.Length == 0
            ? text
            : Regex.Replace(text, $"(?<![\\w$%])(?:{string.Join('|', names.Select(Regex.Escape))})(?![\\w$])", match => string.Create(CultureInfo.InvariantCulture, $"{match.Value}_{index}"));
    }

    [GeneratedRegex("^\\s*(?:\\.extern\\s+|\\.visible\\s+)?\\.(?:shared|global|const)\\s+(?:\\.\\w+\\s+(?:\\d+\\s+)?)*([A-Za-z_$%][\\w$]*)", RegexOptions.Multiline)]
    private static partial Regex Variable();

    private static IEnumerable<AssembledUnit> Run(string tools, PtxUnit[] batch)
    {
        var folder = Directory.CreateTempSubdirectory("plamo-ptxas-").FullName;
        try
        {
            var files = new string[batch.Length];
            for (var i = 0; i < batch.Length; i++)
            {
                files[i] = Path.Combine(folder, FormattableString.Invariant($"{i}.ptx"));
                File.WriteAllText(files[i], batch.Length == 1 ? batch[i].Text : WithOwnVariables(batch[i].Text, i));
            }

            var cubin = Path.Combine(folder, "batch.cubin");
            var assembly = ToolProcess.Run(Path.Combine(tools, "ptxas"), [$"-arch=sm_{batch[0].Architecture}", "-v", .. files, "-o", cubin]);
            var log = new AssemblerLog(assembly.Error + "\n" + assembly.Output);
            if (assembly.ExitCode != 0)
            {
                return batch.Length > 1
                    ? [.. batch.SelectMany(unit => Run(tools, [unit]))]
                    : [new AssembledUnit(batch[0], null, [.. log.Errors.Select(error => error.Replace(folder + Path.DirectorySeparatorChar, "", StringComparison.Ordinal))], log.Warnings(batch[0].Entry), SassListing.Empty)];
            }

            var disassembly = ToolProcess.Run(Path.Combine(tools, "nvdisasm"), ["-c", cubin]);
            Assert.True(disassembly.ExitCode == 0, $"nvdisasm: {disassembly.Error}");
            var code = SassListing.Read(disassembly.Output);
            return [.. batch.Select(unit => new AssembledUnit(unit, log.Resources(unit.Entry), [], log.Warnings(unit.Entry), code.GetValueOrDefault(unit.Entry, SassListing.Empty)))];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
