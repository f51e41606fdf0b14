using System.CommandLine;
using PlamoNative.Cli.Input;
using PlamoNative.Cli.Parsing;
using PlamoNative.Cli.Rendering;
using PlamoNative.Engine;
using PlamoNative.Engine.Formats;
using PlamoNative.Runtime.Checkpoints;
using PlamoNative.Runtime.Models;
using PlamoNative.Runtime.Tokenization;

namespace PlamoNative.Cli.Verbs;

/// <summary><c>plamo init</c>: a whole model folder with random weights.</summary>
internal sealed class InitVerb : Verb
{
    /// <summary>Shapes below it are samples of the kind, and take their vocabulary from the tokenizer; larger ones are published models.</summary>
    private const long SampleParameters = 200_000_000;

    private readonly Option<string> _preset = PresetInput.Option;
    private readonly Option<string> _config = CommonOptions.Text("--config", "FILE", "A config.json to take the shape from.");
    private readonly Option<string> _tokenizer = CommonOptions.Text(
        "--tokenizer", "DIR|FILE", "A tokenizer to put into the folder; a byte-level one is written when absent.");
    private readonly Option<string> _out = CommonOptions.Text("--out", "DIR", "The folder to write.");
    private readonly Option<string> _dtype = CommonOptions.Text("--dtype", "f32|bf16|f16", "The type of matrices. [default: f32]");

    internal override IEnumerable<Option> Options => [_preset, _config, _tokenizer, _out, _dtype];

    internal override int Run(VerbContext context)
    {
        var outputPath = context.Values.Required(_out, "a folder");
        var type = DTypeNames.Parse(context.Values.Choice(_dtype, DTypeNames.Dense) ?? "f32");
        var preset = PresetInput.Find(context, _preset);
        var configPath = context.Values.Text(_config);
        if (preset is null == configPath is null)
        {
            throw UsageException.ForOption("--preset or --config", "exactly one of them", preset is null ? "none" : "both");
        }

        using var device = context.OpenDevice();
        var tokenizer = context.Values.Text(_tokenizer) is { } path ? TokenizerSource.Load(path, device) : null;
        var isByteLevel = tokenizer is null;
        tokenizer ??= new PlamoTokenizer(ByteLevelVocabulary.Create(), new TokenizerConfiguration { AddBosToken = true });
        var configuration = Fit(preset is null ? ReadConfiguration(configPath!, tokenizer) : ResizeVocabulary(preset, tokenizer, isByteLevel), tokenizer);
        var bytes = MemoryEstimate.Of(configuration, type, contextLength: 1).Weights;
        OutputCheck.Folder(outputPath);
        OutputCheck.Room(outputPath, bytes);
        if (preset is { IsInferred: true })
        {
            context.Notices.Add($"note: {preset.Name}: {preset.Note}");
        }

        context.Accept(device);
        using var progress = new SavingProgress(context);
        HuggingFaceWriter.Save(
            outputPath, new RandomWeights(configuration, context.Seed), tokenizer, new HuggingFaceSaveOptions { MatrixType = type, Progress = progress });
        Print(context, outputPath, configuration, type, bytes);
        return ExitCodes.Done;
    }

    private static Plamo2Configuration ReadConfiguration(string path, PlamoTokenizer tokenizer)
    {
        InputFile.Check(path);
        var configuration = Plamo2Configuration.Read(path);
        tokenizer.CheckAgainst(configuration.VocabSize, path);
        return configuration;
    }

    /// <summary>A given tokenizer decides the vocabulary; without one, published shapes keep theirs (rows beyond the byte-level tokenizer are padding).</summary>
    private static Plamo2Configuration ResizeVocabulary(Plamo2Preset preset, PlamoTokenizer tokenizer, bool isByteLevel)
    {
        var configuration = preset.Configuration;
        return isByteLevel && MemoryEstimate.ParameterCount(configuration) >= SampleParameters
            ? configuration
            : configuration with { VocabSize = tokenizer.Count };
    }

    /// <summary>The configuration names the tokenizer's own special tokens.</summary>
    private static Plamo2Configuration Fit(Plamo2Configuration configuration, PlamoTokenizer tokenizer) => (configuration with
    {
        BosTokenId = tokenizer.BosId ?? configuration.BosTokenId,
        EosTokenIds = tokenizer.EosId is { } eos ? [eos] : configuration.EosTokenIds,
        PadTokenId = tokenizer.PadId ?? configuration.PadTokenId,
    }).Validate();

    private static void Print(VerbContext context, string outputPath, Plamo2Configuration configuration, DType type, long bytes)
    {
        var parameters = MemoryEstimate.ParameterCount(configuration);
        if (context.IsJson)
        {
            JsonAnswer.Write(context.Streams, writer =>
            {
                writer.WriteString("out", outputPath);
                writer.WriteNumber("parameters", parameters);
                writer.WriteNumber("vocab_size", configuration.VocabSize);
                writer.WriteString("dtype", type.Name());
                writer.WriteNumber("weight_bytes", bytes);
                writer.WriteNumber("seed", context.Seed);
            });
        }
        else
        {
            context.Streams.OutputWriter.WriteLine(
                $"{outputPath}: {Units.Count(parameters)} parameters, vocabulary of {configuration.VocabSize}, {type.Name()}, {Units.Bytes(bytes)}");
        }
    }
}
