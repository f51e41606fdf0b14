using System.CommandLine;
using PlamoNative.Cli.Kernels;
using PlamoNative.Cli.Parsing;
using PlamoNative.Cli.Rendering;

namespace PlamoNative.Cli.Verbs;

/// <summary><c>plamo kernels ptx NAME</c> and <c>plamo kernels sass NAME</c>: the text that a device is given, and the machine code that becomes of it.</summary>
internal sealed class KernelsTextVerb(bool isSass) : Verb
{
    private readonly Argument<string> _name = new("NAME") { Description = "The kernel, as 'plamo kernels list' names it.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string> _architecture = KernelsListVerb.Architecture();

    internal override IEnumerable<Argument> Arguments => [_name];

    internal override IEnumerable<Option> Options => [_architecture];

    internal override int Run(VerbContext context)
    {
        using var device = context.OpenDevice();
        var kind = isSass ? "sass" : "ptx";
        var name = context.Values.Text(_name) is { Length: > 0 } given ? given : throw new UsageException($"kernels {kind}: expected the NAME of a kernel, found nothing");
        var architecture = KernelSet.ParseArchitecture(context.Values.Text(_architecture), _architecture.Name);
        var set = KernelSet.Shipped();
        var kernel = set.Find(name, architecture, _architecture.Name);
        var tools = isSass ? Disassembler.Find() : "";
        context.Accept(device);
        var text = set.Library.Text(kernel);
        if (isSass)
        {
            text = Disassembler.Disassemble(tools, text, kernel.Architecture.Target);
        }

        if (context.IsJson)
        {
            JsonAnswer.Write(context.Streams, writer =>
            {
                writer.WriteString("name", kernel.Name);
                writer.WriteString("target", kernel.Architecture.Target);
                writer.WriteString(kind, text);
            });
        }
        else
        {
            context.Streams.OutputWriter.Write(text.EndsWith('\n') ? text : text + "\n");
        }

        return ExitCodes.Done;
    }
}
