namespace PlamoNative.Cli.Verbs;

/// <summary>What is known of a verb without making it.</summary>
/// <param name="Name">The words after <c>plamo</c>: one, or a group and one of its verbs.</param>
/// <param name="Summary">One line for help.</param>
/// <param name="Example">A whole command line for help.</param>
/// <param name="Create">Makes the verb.</param>
internal sealed record VerbEntry(string Name, string Summary, string Example, Func<Verb> Create);

/// <summary>All verbs, in the order of help.</summary>
internal static class VerbCatalog
{
    /// <summary>The summary of verbs whose names have two words, by the first.</summary>
    internal static IReadOnlyDictionary<string, string> Groups { get; } = new Dictionary<string, string>
    {
        ["tokenizer"] = "Train a vocabulary; turn text into token ids and back.",
    };

    internal static IReadOnlyList<VerbEntry> Entries { get; } =
    [
        new("info", "Show devices, SIMD, driver and memory; with a model its shape, sizes and the memory it will need.",
            "plamo info --model M", static () => new InfoVerb()),
        new("tokenizer train", "Train a Unigram vocabulary on text files and write it as tokenizer.jsonl.",
            "plamo tokenizer train --input corpus.txt --vocab-size 8000 --out T", static () => new TokenizerTrainVerb()),
        new("tokenizer encode", "Print the token ids of a text.",
            "plamo tokenizer encode --model M --text 吾輩は猫である", static () => new TokenizerEncodeVerb()),
        new("tokenizer decode", "Print the text of token ids, byte for byte.",
            "plamo tokenizer decode --model M --tokens 5,6,7,8", static () => new TokenizerDecodeVerb()),
    ];
}
