using System.CommandLine;
using PlamoNative.Cli.Input;
using PlamoNative.Cli.Parsing;
using PlamoNative.Cli.Rendering;
using PlamoNative.Engine;
using PlamoNative.Runtime.Checkpoints;
using PlamoNative.Runtime.Models;

namespace PlamoNative.Cli.Verbs;

/// <summary><c>plamo convert</c>: a model folder or a GGUF in, the other or the same kind out.</summary>
internal sealed class ConvertVerb : Verb
{
    private const string GgufEnding = ".gguf";

    private readonly ModelInput _model = new();
    private readonly Option<string> _out = CommonOptions.Text("--out", "DIR|FILE.gguf", "A GGUF file by its ending, else a model folder.");
    private readonly Option<string> _type = CommonOptions.Text(
        "--type", "f32|f16|bf16|q8_0|q4_0", "The type of matrices; the block types are for GGUF. [default: as the model has it]");

    internal override IEnumerable<Option> Options => [.. _model.WhichOptions, _out, _type];

    internal override int Run(VerbContext context)
    {
        var outputPath = context.Values.Required(_out, "a folder or a .gguf file");
        var isGguf = outputPath.EndsWith(GgufEnding, StringComparison.OrdinalIgnoreCase) || (Path.Exists(outputPath) && !Directory.Exists(outputPath));
        var typeName = context.Values.Choice(_type, isGguf ? DTypeNames.Gguf : DTypeNames.Dense);
        using var device = context.OpenDevice();
        using var model = _model.Open(context, device);
        var type = typeName is null ? TypeLike(model.Model, isGguf) : DTypeNames.Parse(typeName);
        if (isGguf)
        {
            OutputCheck.File(outputPath);
        }
        else
        {
            OutputCheck.Folder(outputPath);
        }

        context.Accept(device);
        var source = new ModelWeightSource(model.Model);
        using var progress = new SavingProgress(context);
        var notices = isGguf
            ? GgufModelWriter.Write(outputPath, source, model.Tokenizer, type, NameOf(model.Path), progress)
            : SaveFolder(outputPath, source, model, type, progress);
        foreach (var notice in notices)
        {
            context.Notices.Add($"note: {notice}");
        }

        Print(context, outputPath, type, notices);
        return ExitCodes.Done;
    }

    private static IReadOnlyList<string> SaveFolder(string path, WeightSource source, LoadedModel model, DType type, SavingProgress progress)
    {
        HuggingFaceWriter.Save(path, source, model.Tokenizer, new HuggingFaceSaveOptions
        {
            MatrixType = type,
            PassThroughFolder = Directory.Exists(model.Path) ? model.Path : null,
            Progress = progress,
        });
        return IsMisreadByOthers(model.Configuration)
            ? ["config.json says by layers_block_type which layers are attention, which mamba_step cannot: an engine that reads only mamba_step misreads this model"]
            : [];
    }

    /// <summary>True when the layer pattern needs a key that other engines of PLaMo 2 do not read.</summary>
    private static bool IsMisreadByOthers(Plamo2Configuration configuration) =>
        configuration.IsAttentionLayer is not null
        && !(configuration with { IsAttentionLayer = null }).LayerKinds().Select(static kind => kind != LayerKind.Mamba).SequenceEqual(configuration.IsAttentionLayer);

    /// <summary>The type of the model's own matrices where the output can hold it, else float32.</summary>
    private static DType TypeLike(Plamo2Model model, bool isGguf)
    {
        var held = model.Parameters[0].Values.DType;
        return (isGguf ? DTypeNames.Gguf : DTypeNames.Dense).Contains(held.Name()) ? held : DType.Float32;
    }

    private static string NameOf(string path) => Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));

    private static void Print(VerbContext context, string outputPath, DType type, IReadOnlyList<string> notices)
    {
        if (!context.IsJson)
        {
            context.Streams.OutputWriter.WriteLine($"{outputPath}: {type.Name()}");
            return;
        }

        JsonAnswer.Write(context.Streams, writer =>
        {
            writer.WriteString("out", outputPath);
            writer.WriteString("type", type.Name());
            writer.WriteStartArray("notes");
            foreach (var notice in notices)
            {
                writer.WriteStringValue(notice);
            }

            writer.WriteEndArray();
        });
    }
}
