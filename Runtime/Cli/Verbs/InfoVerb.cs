using System.CommandLine;
using PlamoNative.Cli.Rendering;
using PlamoNative.Engine;

namespace PlamoNative.Cli.Verbs;

/// <summary><c>plamo info</c>: the machine as this process sees it.</summary>
internal sealed class InfoVerb : Verb
{
    internal override IEnumerable<Option> Options => [];

    internal override int Run(VerbContext context)
    {
        using var device = context.OpenDevice();
        var machine = MachineFacts.Read(device);
        context.Accept(device);
        if (context.IsJson)
        {
            JsonAnswer.Write(context.Streams, machine.Write);
        }
        else
        {
            var sheet = new FactSheet();
            machine.Describe(sheet);
            sheet.Print(context.Streams);
        }

        return ExitCodes.Done;
    }
}
