using PlamoNative.Engine;

namespace PlamoNative.Runtime.Models;

/// <summary>A named shape.</summary>
/// <param name="Name">What <c>--preset</c> takes.</param>
/// <param name="Configuration">The shape.</param>
/// <param name="IsInferred">True if the sizes were not published: they were computed from what is known about the model.</param>
/// <param name="Note">One line about it.</param>
public sealed record Plamo2Preset(string Name, Plamo2Configuration Configuration, bool IsInferred, string Note);

/// <summary>
/// The shapes of the published PLaMo 2 models, and small ones of the same kind. The small ones take their vocabulary's size from a tokenizer; the sizes
/// here make them what their names promise.
/// </summary>
public static class Plamo2Presets
{
    private const int LongWindow = 32768;
    private const double LongTheta = 1e6;

    /// <summary>All presets, small ones first.</summary>
    public static IReadOnlyList<Plamo2Preset> All { get; } =
    [
        Small("plamo-2-nano", 1, vocab: 4000, hidden: 96, layers: 4, queryHeads: 4, keyValueHeads: 1, headSize: 32, ssmHeads: 6, intermediate: 256),
        Small("plamo-2-tiny", 10, vocab: 8000, hidden: 320, layers: 6, queryHeads: 8, keyValueHeads: 2, headSize: 64, ssmHeads: 10, intermediate: 704),
        Small("plamo-2-mini", 60, vocab: 32000, hidden: 640, layers: 8, queryHeads: 10, keyValueHeads: 2, headSize: 64, ssmHeads: 20, intermediate: 1664),
        new(
            "plamo-2-1b",
            Shape(vocab: 100000, hidden: 2048, layers: 16, queryHeads: 16, keyValueHeads: 1, ssmHeads: 32, intermediate: 8192),
            IsInferred: false,
            "as published"),
        new(
            "plamo-2-8b",
            Shape(vocab: 100000, hidden: 4096, layers: 32, queryHeads: 32, keyValueHeads: 4, ssmHeads: 64, intermediate: 16384),
            IsInferred: true,
            "sizes inferred from file sizes and conversion logs; they match to the byte"),
        new(
            "plamo-2.1-2b",
            Long(Shape(vocab: 100032, hidden: 2048, layers: 32, queryHeads: 32, keyValueHeads: 4, ssmHeads: 64, intermediate: 5632)),
            IsInferred: false,
            "as the defaults of the published vision-language configuration"),
        new(
            "plamo-2.1-8b",
            Long(Shape(vocab: 100032, hidden: 4096, layers: 32, queryHeads: 32, keyValueHeads: 4, ssmHeads: 64, intermediate: 16384)) with { TieWordEmbeddings = false },
            IsInferred: true,
            "sizes read from a conversion log; window and rotary base inferred from the 2.1-2B"),
        new(
            "plamo-2-31b",
            Shape(vocab: 100000, hidden: 8192, layers: 32, queryHeads: 64, keyValueHeads: 8, ssmHeads: 128, intermediate: 26624),
            IsInferred: true,
            "nothing was published; these sizes give 30.8 billion parameters and are a guess"),
    ];

    /// <summary>The preset of a name.</summary>
    /// <exception cref="ConfigurationException">There is none.</exception>
    public static Plamo2Preset Get(string name) =>
        All.FirstOrDefault(preset => preset.Name == name)
        ?? throw new ConfigurationException("preset", "name", $"one of {string.Join(", ", All.Select(static preset => preset.Name))}", name);

    private static Plamo2Preset Small(
        string name, int millions, int vocab, int hidden, int layers, int queryHeads, int keyValueHeads, int headSize, int ssmHeads, int intermediate) => new(
        name,
        Shape(vocab, hidden, layers, queryHeads, keyValueHeads, ssmHeads, intermediate) with { HeadSize = headSize },
        IsInferred: false,
        FormattableString.Invariant($"a small model of the same kind, about {millions} million parameters with {vocab} tokens"));

    private static Plamo2Configuration Shape(int vocab, int hidden, int layers, int queryHeads, int keyValueHeads, int ssmHeads, int intermediate) => new()
    {
        Source = "preset",
        VocabSize = vocab,
        HiddenSize = hidden,
        LayerCount = layers,
        QueryHeads = queryHeads,
        KeyValueHeads = keyValueHeads,
        SsmHeads = ssmHeads,
        IntermediateSize = intermediate,
        PadTokenId = 3,
    };

    private static Plamo2Configuration Long(Plamo2Configuration shape) =>
        shape with { WindowSize = LongWindow, RopeTheta = LongTheta, RopeLocalTheta = LongTheta };
}
