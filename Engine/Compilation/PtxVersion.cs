using System.Globalization;
using System.Text.RegularExpressions;

namespace PlamoNative.Compilation;

/// <summary>
/// Which PTX version a text asks for. Instructions that need more than their architecture does leave a mark in ILGPU's text; the highest in what remains of it counts, so a function that
/// nothing calls raises nothing.
/// </summary>
internal static partial class PtxVersion
{
    /// <summary>The line to write before an instruction; nothing where it needs no version of its own.</summary>
    /// <exception cref="InstructionException">It is no version.</exception>
    public static string Mark(string isa)
        => isa.Length == 0 ? ""
            : Number().IsMatch(isa) ? $"\t// needs .version {isa}\n"
            : throw new InstructionException($"the instruction's Isa '{isa}' is no PTX version such as 8.4");

    /// <summary>The highest of the target's own version and the marks of the bodies.</summary>
    public static string Needed(PtxTarget target, IEnumerable<string> bodies)
    {
        var highest = new Version(target.IsaMajor, target.IsaMinor);
        foreach (Match mark in bodies.SelectMany(body => Line().Matches(body)))
        {
            var needed = Version.Parse(mark.Groups["isa"].Value);
            highest = needed > highest ? needed : highest;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{highest.Major}.{highest.Minor}");
    }

    /// <summary>The text without its marks.</summary>
    public static string Unmark(string text) => Line().Replace(text, "");

    [GeneratedRegex(@"^\d{1,3}\.\d{1,3}\z")]
    private static partial Regex Number();

    [GeneratedRegex(@"^\t// needs \.version (?<isa>\d+\.\d+)\n", RegexOptions.Multiline)]
    private static partial Regex Line();
}
