using System.CommandLine;
using PlamoNative.Bench;
using PlamoNative.Cli.Parsing;
using PlamoNative.Cli.Rendering;

namespace PlamoNative.Cli.Verbs;

/// <summary><c>plamo bench compare A.json B.json</c>: two reports of the benchmarks side by side, of one machine before and after or of two machines.</summary>
internal sealed class BenchCompareVerb : Verb
{
    private readonly Argument<string> _before = new("A") { Description = "The report of the first run, as 'bench --json' writes it.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Argument<string> _after = new("B") { Description = "The report of the second run.", Arity = ArgumentArity.ZeroOrOne };

    internal override IEnumerable<Argument> Arguments => [_before, _after];

    internal override IEnumerable<Option> Options => [];

    internal override int Run(VerbContext context)
    {
        using var device = context.OpenDevice();
        var (before, after) = (Read(context, _before), Read(context, _after));
        context.Accept(device);
        if (context.IsJson)
        {
            JsonAnswer.Write(context.Streams, writer =>
            {
                writer.WriteString("before", before.Environment.Describe());
                writer.WriteString("after", after.Environment.Describe());
                writer.WriteStartArray("results");
                foreach (var (then, now) in ReportComparison.Pairs(before, after))
                {
                    writer.WriteStartObject();
                    writer.WriteString("name", now.Name);
                    writer.WriteString("shape", now.Shape);
                    writer.WriteString("dtype", now.DType);
                    writer.WriteString("unit", now.Unit);
                    writer.WriteFinite("before", then.Value);
                    writer.WriteFinite("after", now.Value);
                    writer.WriteFinite("ratio", now.Value / then.Value);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
            });
        }
        else
        {
            context.Streams.OutputWriter.Write(ReportComparison.Write(before, after));
        }

        return ExitCodes.Done;
    }

    private static BenchReport Read(VerbContext context, Argument<string> argument) =>
        context.Values.Text(argument) is { Length: > 0 } path ? BenchReport.Read(path) : throw new UsageException($"bench compare: expected two reports, {argument.Name} is missing");
}
