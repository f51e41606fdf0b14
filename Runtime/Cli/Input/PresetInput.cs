using System.CommandLine;
using PlamoNative.Cli.Parsing;
using PlamoNative.Cli.Verbs;
using PlamoNative.Runtime.Models;

namespace PlamoNative.Cli.Input;

/// <summary>A shape by its name.</summary>
internal static class PresetInput
{
    internal static Option<string> Option => CommonOptions.Text("--preset", "NAME", $"A named shape: {string.Join(", ", Names)}.");

    private static IEnumerable<string> Names => Plamo2Presets.All.Select(static preset => preset.Name);

    /// <summary>The preset that the option names, or null without the option.</summary>
    internal static Plamo2Preset? Find(VerbContext context, Option<string> option) =>
        context.Values.Choice(option, [.. Names]) is { } name ? Plamo2Presets.Get(name) : null;
}
