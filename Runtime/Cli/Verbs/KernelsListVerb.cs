using System.CommandLine;
using PlamoNative.Cli.Kernels;
using PlamoNative.Cli.Parsing;
using PlamoNative.Cli.Rendering;

namespace PlamoNative.Cli.Verbs;

/// <summary><c>plamo kernels list</c>: every GPU kernel with what the assembler said of it.</summary>
internal sealed class KernelsListVerb : Verb
{
    internal static readonly Func<Option<string>> Architecture = static () =>
        CommonOptions.Text("--arch", "sm_NN", "The architecture of a device: 75, 80, 86, 89, 90, 90a, ... [default: list shows all, the others take the highest]");

    private readonly Option<string> _architecture = Architecture();

    internal override IEnumerable<Option> Options => [_architecture];

    internal override int Run(VerbContext context)
    {
        using var device = context.OpenDevice();
        var architecture = KernelSet.ParseArchitecture(context.Values.Text(_architecture), _architecture.Name);
        var set = KernelSet.Shipped();
        context.Accept(device);
        var kernels = set.List(architecture);
        if (context.IsJson)
        {
            JsonAnswer.Write(context.Streams, writer => KernelTable.Write(writer, set, kernels));
        }
        else
        {
            KernelTable.Print(context.Streams.OutputWriter, set, kernels);
        }

        return ExitCodes.Done;
    }
}
