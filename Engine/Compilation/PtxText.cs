using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using PlamoNative.Engine;

namespace PlamoNative.Compilation;

/// <summary>
/// What is done to ILGPU's text: header, target and launch bounds of our own, functions that nothing calls removed, and every name that carries a running number of the compiler's
/// given one that depends on the source alone.
/// </summary>
internal static partial class PtxText
{
    /// <summary>The finished text.</summary>
    public static string Finish(string ilgpu, KernelDefinition kernel, PtxTarget target, IReadOnlyList<KernelParameter> parameters, bool lineInformation)
    {
        var parts = PtxParts.Split(ilgpu.ReplaceLineEndings("\n"));
        var text = new StringBuilder();
        var functions = parts.Reachable();
        var version = PtxVersion.Needed(target, [parts.Entry.Body, .. functions.Select(f => f.Body)]);
        text.Append(CultureInfo.InvariantCulture, $"// {kernel.Name}\n.version {version}\n.target {target.Directive}\n.address_size 64\n\n");
        foreach (var line in parts.Declarations)
        {
            text.Append(line).Append('\n');
        }

        foreach (var function in functions)
        {
            text.Append(function.Header.TrimEnd()).Append(";\n");
        }

        foreach (var function in functions)
        {
            text.Append(function.Header.TrimEnd()).Append('\n').Append(function.Body);
        }

        text.Append(parts.Entry.Header.TrimEnd()).Append('\n').Append(Bounds(kernel)).Append(parts.Entry.Body);
        if (lineInformation)
        {
            text.Append(string.Join('\n', parts.Files)).Append('\n');
        }

        // A register moved to itself is what remains of a loop variable that is updated in place.
        var named = PtxNames.Renumber(Idle().Replace(PtxVersion.Unmark(text.ToString()), ""), kernel, parameters);
        return Blank().Replace(named, "\n\n").TrimEnd('\n') + "\n";
    }

    /// <summary>Bytes of shared memory that a text declares, each array on its alignment.</summary>
    public static int StaticSharedBytes(string text)
    {
        var offset = 0;
        foreach (Match match in Shared().Matches(text))
        {
            var alignment = int.Parse(match.Groups["alignment"].Value, CultureInfo.InvariantCulture);
            offset = (offset + alignment - 1) / alignment * alignment;
            offset += int.Parse(match.Groups["size"].Value, CultureInfo.InvariantCulture);
        }

        return offset;
    }

    /// <summary>Whether a text takes shared memory of the launch's size.</summary>
    public static bool UsesDynamicShared(string text) => text.Contains(".extern .shared", StringComparison.Ordinal);

    private static string Bounds(KernelDefinition kernel)
    {
        var declaration = kernel.Declaration;
        var bounds = new StringBuilder();
        bounds.Append(CultureInfo.InvariantCulture, $".maxntid {declaration.BlockThreads}, 1, 1\n");
        if (declaration.MinimumBlocks > 1)
        {
            bounds.Append(CultureInfo.InvariantCulture, $".minnctapersm {declaration.MinimumBlocks}\n");
        }

        if (declaration.MaximumRegisters > 0)
        {
            bounds.Append(CultureInfo.InvariantCulture, $".maxnreg {declaration.MaximumRegisters}\n");
        }

        if (declaration.ClusterSize > 0)
        {
            bounds.Append(CultureInfo.InvariantCulture, $".explicitcluster\n.reqnctapercluster {declaration.ClusterSize}, 1, 1\n");
        }

        return bounds.ToString();
    }

    [GeneratedRegex(@"^\s*\.shared \.align (?<alignment>\d+) \.b8 \w+\[(?<size>\d+)\];", RegexOptions.Multiline)]
    private static partial Regex Shared();

    [GeneratedRegex(@"^\s*mov\.\w+\s+(%\w+), \1;\n", RegexOptions.Multiline)]
    private static partial Regex Idle();

    [GeneratedRegex(@"\n{3,}")]
    private static partial Regex Blank();
}
