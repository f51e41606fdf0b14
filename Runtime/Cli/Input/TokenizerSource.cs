using PlamoNative.Cli.Parsing;
using PlamoNative.Engine.Formats;
using PlamoNative.Runtime.Tokenization;

namespace PlamoNative.Cli.Input;

/// <summary>Loads a tokenizer from what <c>--model</c> or <c>--tokenizer</c> names.</summary>
internal static class TokenizerSource
{
    internal const string Expected = "a model folder, a tokenizer.jsonl or a GGUF file";

    internal static PlamoTokenizer Load(string path)
    {
        if (!Path.Exists(path))
        {
            throw new UsageException($"{path}: expected {Expected}, found nothing");
        }

        var file = Directory.Exists(path) ? Path.Combine(path, TokenizerFile.FileName) : path;
        InputFile.Check(file);
        var configuration = Path.Combine(Path.GetDirectoryName(file) ?? "", TokenizerConfiguration.FileName);
        if (Path.Exists(configuration))
        {
            InputFile.Check(configuration);
        }

        return PlamoTokenizer.Load(path);
    }
}
