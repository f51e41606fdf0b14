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
        ["bench"] = "Read what the benchmarks reported.",
        ["kernels"] = "Show the GPU kernels: registers, memory, instructions; their PTX and machine code.",
    };

    internal static IReadOnlyList<VerbEntry> Entries { get; } =
    [
        new("info", "Show devices, SIMD, driver and memory; with a model its shape, sizes and the memory it will need.",
            "plamo info --model M", static () => new InfoVerb()),
        new("init", "Make a model with random weights as a whole Hugging Face folder.",
            "plamo init --preset plamo-2-tiny --tokenizer T/tokenizer.jsonl --out M --seed 1", static () => new InitVerb()),
        new("tokenizer train", "Train a Unigram vocabulary on text files and write it as tokenizer.jsonl.",
            "plamo tokenizer train --input corpus.txt --vocab-size 8000 --out T", static () => new TokenizerTrainVerb()),
        new("tokenizer encode", "Print the token ids of a text.",
            "plamo tokenizer encode --model M --text 吾輩は猫である", static () => new TokenizerEncodeVerb()),
        new("tokenizer decode", "Print the text of token ids, byte for byte.",
            "plamo tokenizer decode --model M --tokens 5,6,7,8", static () => new TokenizerDecodeVerb()),
        new("logits", "Write the float32 logits at every position of exactly these token ids.",
            "plamo logits --model M --tokens 5,6,7,8 --out logits.npy", static () => new LogitsVerb()),
        new("generate", "Continue a text, streamed to standard output.",
            "plamo generate --model M --prompt 吾輩は --max-tokens 32 --seed 7", static () => new GenerateVerb()),
        new("chat", "Talk with a model, a question a line.",
            "plamo chat --model M --temperature 0.7", static () => new ChatVerb()),
        new("perplexity", "Measure how well a model predicts a text: loss, perplexity, bits per byte.",
            "plamo perplexity --model M --input text.txt --window 2048", static () => new PerplexityVerb()),
        new("train", "Train a model as one YAML file says; docs/training.md describes its keys.",
            "plamo train --config run.yaml --set optimizer.learning_rate=3e-4", static () => new TrainVerb()),
        new("loss", "Compute the trainer's loss of a packed batch, token by token and in all, and its gradients.",
            "plamo loss --model M --batch batch.json --z-loss 1e-4 --gradients gradients.safetensors", static () => new LossVerb()),
        new("quickstart", "Make a small corpus, train a tokenizer and a tiny model on it, and let it write: without a file or an option.",
            "plamo quickstart --out quickstart", static () => new QuickstartVerb()),
        new("convert", "Turn a model folder into a GGUF file or back, in another type if asked.",
            "plamo convert --model M --out M.gguf --type q8_0", static () => new ConvertVerb()),
        new("kernels list", "List every GPU kernel with registers, shared memory, spills and expected instructions.",
            "plamo kernels list --arch sm_90a", static () => new KernelsListVerb()),
        new("kernels ptx", "Print the PTX of a kernel, as a device of that architecture is given it.",
            "plamo kernels ptx RmsNormKernels.ForwardLong --arch sm_80", static () => new KernelsTextVerb(isSass: false)),
        new("kernels sass", "Print the machine code of a kernel, where NVIDIA's assembler is at hand.",
            "plamo kernels sass RmsNormKernels.ForwardLong --arch sm_90a", static () => new KernelsTextVerb(isSass: true)),
        new("bench compare", "Set two reports of the benchmarks side by side.",
            "plamo bench compare before.json after.json", static () => new BenchCompareVerb()),
    ];
}
