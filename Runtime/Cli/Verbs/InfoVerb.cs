using System.CommandLine;
using PlamoNative.Cli.Input;
using PlamoNative.Cli.Parsing;
using PlamoNative.Cli.Rendering;
using PlamoNative.Engine;

namespace PlamoNative.Cli.Verbs;

/// <summary><c>plamo info</c>: the machine as this process sees it, and a model's shape with the memory it will need.</summary>
internal sealed class InfoVerb : Verb
{
    private const int DefaultContext = 4096;

    private readonly ModelInput _model = new();
    private readonly Option<string> _preset = PresetInput.Option;
    private readonly Option<string> _dtype = CommonOptions.Text("--dtype", "f32|bf16|f16|q8_0|q4_0", "The type of a preset's matrices. [default: bf16]");
    private readonly Option<string> _context = CommonOptions.Text("--context", "N", "Tokens of a sequence to plan memory for. [default: 4096]");

    internal override IEnumerable<Option> Options => [.. _model.WhichOptions, _preset, _dtype, _context];

    internal override int Run(VerbContext context)
    {
        using var device = context.OpenDevice();
        var machine = MachineFacts.Read(device);
        var model = ReadModel(context, device);
        context.Accept(device);
        if (context.IsJson)
        {
            JsonAnswer.Write(context.Streams, writer =>
            {
                machine.Write(writer);
                model?.Write(writer);
            });
        }
        else
        {
            var sheet = new FactSheet();
            machine.Describe(sheet);
            model?.Describe(sheet);
            sheet.Print(context.Streams);
        }

        return ExitCodes.Done;
    }

    private ModelFacts? ReadModel(VerbContext context, Device device)
    {
        var preset = PresetInput.Find(context, _preset);
        var contextLength = context.Values.Integer(_context, 1, int.MaxValue, DefaultContext);
        var type = DTypeNames.Parse(context.Values.Choice(_dtype, DTypeNames.Gguf) ?? "bf16");
        if (!_model.IsGiven(context))
        {
            return preset is null ? null : ModelFacts.Of(preset, type, contextLength);
        }

        if (preset is not null)
        {
            throw UsageException.ForOption("--model and --preset", "at most one of them", "both");
        }

        using var model = _model.Open(context, device);
        return ModelFacts.Of(model, contextLength);
    }
}
