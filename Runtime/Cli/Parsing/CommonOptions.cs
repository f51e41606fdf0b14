using System.CommandLine;

namespace PlamoNative.Cli.Parsing;

/// <summary>The options that every verb has, and makers for those of single verbs.</summary>
internal sealed class CommonOptions
{
    internal Option<string> Device { get; } = Text("--device", "auto|cpu|cuda:N", "Where kernels run. A device asked for by name and absent is an error. [default: auto]");

    internal Option<string> Seed { get; } = Text("--seed", "N", "Seed of everything random. [default: 0]");

    internal Option<string> Threads { get; } = Text("--threads", "N", "Threads of the processor; results do not depend on it. [default: all]");

    internal Option<bool> Json { get; } = Flag("--json", "Print one JSON object on standard output; everything else goes to standard error.");

    internal Option<string> Trace { get; } = Text("--trace", "FILE", "Write the time ranges of operators and phases as a Chrome trace.");

    internal IEnumerable<Option> All => [Device, Seed, Threads, Json, Trace];

    internal static Option<string> Text(string name, string valueName, string description, params string[] aliases) =>
        new(name, aliases) { HelpName = valueName, Description = description };

    internal static Option<string[]> Texts(string name, string valueName, string description) =>
        new(name) { HelpName = valueName, Description = description, AllowMultipleArgumentsPerToken = true };

    internal static Option<bool> Flag(string name, string description) => new(name) { Description = description };
}
