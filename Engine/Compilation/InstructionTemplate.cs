using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace PlamoNative.Compilation;

/// <summary>The placeholders of <see cref="Engine.PtxInstructionAttribute"/>.</summary>
internal static partial class InstructionTemplate
{
    /// <summary>Replaces every placeholder.</summary>
    /// <exception cref="InstructionException">A placeholder names what the call does not have, or a constant was demanded and a variable given.</exception>
    public static string Expand(string template, MethodInfo method, InstructionHandler.Operand[] arguments, string[] result, int unique)
        => Placeholder().Replace(template, match =>
        {
            var name = match.Groups["name"].Value;
            var suffix = match.Groups["suffix"].Value;
            switch (name)
            {
                case "$":
                    return "$";
                case "id":
                    return unique.ToString(CultureInfo.InvariantCulture);
                case "r":
                    return Registers(result, suffix, method, match.Value);
            }

            var index = int.Parse(name, CultureInfo.InvariantCulture);
            if (index >= arguments.Length)
            {
                throw new InstructionException($"{method.Name}: the template names {match.Value}, the method has {arguments.Length} arguments");
            }

            return suffix switch
            {
                ":space" => arguments[index].Space,
                "!" => arguments[index].Immediate()
                    ?? throw new InstructionException($"argument '{method.GetParameters()[index].Name}' of {method.DeclaringType?.Name}.{method.Name} has to be a constant"),
                _ => Registers(arguments[index].Registers(method), suffix, method, match.Value),
            };
        });

    private static string Registers(string[] registers, string suffix, MethodInfo method, string placeholder)
    {
        if (suffix == "*")
        {
            return string.Join(", ", registers);
        }

        var index = suffix.Length == 0 ? 0 : int.Parse(suffix[1..], CultureInfo.InvariantCulture);
        return index < registers.Length
            ? registers[index]
            : throw new InstructionException($"{method.Name}: the template names {placeholder}, there are {registers.Length} registers");
    }

    [GeneratedRegex(@"\$(?<name>\$|id\b|r\b|\d+)(?<suffix>\*|!|:space|\.\d+)?")]
    private static partial Regex Placeholder();
}
