using System.Globalization;
using System.Text.RegularExpressions;
using PlamoNative.Engine;

namespace PlamoNative.Compilation;

/// <summary>
/// Names without running numbers: the entry is the kernel's, parameters are <c>p_NAME</c>, labels <c>L0, L1, ...</c>, functions <c>NAME_f0, ...</c> and their parameters
/// <c>a0, a1, ...</c>, each in order of appearance. Registers already depend on the source alone.
/// </summary>
internal static partial class PtxNames
{
    public static string Renumber(string text, KernelDefinition kernel, IReadOnlyList<KernelParameter> parameters)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var entry = EntryHead().Match(text);
        names[entry.Groups["name"].Value] = kernel.Entry;
        var declared = ParameterName().Matches(entry.Groups["parameters"].Value);
        if (declared.Count != parameters.Count)
        {
            throw new InvalidDataException($"{kernel.Name}: ILGPU declares {declared.Count} parameters, the method has {parameters.Count}");
        }

        for (var i = 0; i < declared.Count; i++)
        {
            Check(kernel, declared[i], parameters[i]);
            names[declared[i].Groups["name"].Value] = "p_" + parameters[i].Name;
        }

        var functions = 0;
        foreach (Match function in FunctionName().Matches(text))
        {
            var name = function.Groups["name"].Value;
            if (!names.ContainsKey(name))
            {
                names[name] = string.Create(CultureInfo.InvariantCulture, $"{TrailingNumber().Replace(name, "")}_f{functions++}");
            }
        }

        var labels = 0;
        var arguments = 0;
        return Identifier().Replace(text, match =>
        {
            var name = match.Value;
            if (names.TryGetValue(name, out var known))
            {
                return known;
            }

            if (Label().IsMatch(name))
            {
                return names[name] = string.Create(CultureInfo.InvariantCulture, $"L{labels++}");
            }

            return FunctionParameter().IsMatch(name) ? names[name] = string.Create(CultureInfo.InvariantCulture, $"a{arguments++}") : name;
        });
    }

    private static void Check(KernelDefinition kernel, Match declared, KernelParameter parameter)
    {
        var array = declared.Groups["array"];
        var size = array.Success
            ? int.Parse(array.Value, CultureInfo.InvariantCulture)
            : int.Parse(declared.Groups["bits"].Value, CultureInfo.InvariantCulture) / 8;
        if (size != parameter.Size)
        {
            throw new KernelCompilationException(
                kernel.Name, KernelDefinition.Describe(kernel.Method), $"parameter '{parameter.Name}' has {parameter.Size} bytes in C# and {size} in PTX; structs need fields without gaps");
        }
    }

    [GeneratedRegex(@"\.entry (?<name>\w+)\((?<parameters>[^)]*)\)")]
    private static partial Regex EntryHead();

    [GeneratedRegex(@"\.param (\.align \d+ )?\.[bfsu](?<bits>\d+) (?<name>\w+)(\[(?<array>\d+)\])?")]
    private static partial Regex ParameterName();

    [GeneratedRegex(@"\.func (\([^)]*\) )?(?<name>\w+)\(")]
    private static partial Regex FunctionName();

    [GeneratedRegex(@"_?\d+$")]
    private static partial Regex TrailingNumber();

    [GeneratedRegex(@"(?<![\w.%$])[A-Za-z_]\w*")]
    private static partial Regex Identifier();

    [GeneratedRegex(@"^L_\d+$")]
    private static partial Regex Label();

    [GeneratedRegex(@"^(retval_\d+|_\w+_\d+)$")]
    private static partial Regex FunctionParameter();
}
