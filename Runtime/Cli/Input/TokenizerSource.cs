using PlamoNative.Cli.Parsing;
using PlamoNative.Engine;
using PlamoNative.Engine.Formats;
using PlamoNative.Runtime.Checkpoints;
using PlamoNative.Runtime.Tokenization;

namespace PlamoNative.Cli.Input;

/// <summary>Loads a tokenizer from what <c>--model</c> or <c>--tokenizer</c> names.</summary>
internal static class TokenizerSource
{
    internal const string Expected = "a model folder, a tokenizer.jsonl or a GGUF file";

    internal static PlamoTokenizer Load(string path, Device device)
    {
        if (!Path.Exists(path))
        {
            throw new UsageException($"{path}: expected {Expected}, found nothing");
        }

        var file = Directory.Exists(path) ? Path.Combine(path, TokenizerFile.FileName) : path;
        if (IsGguf(file))
        {
            using var model = ModelLoader.Open(file, device);
            return model.RequireTokenizer();
        }

        var configuration = Path.Combine(Path.GetDirectoryName(file) ?? "", TokenizerConfiguration.FileName);
        if (Path.Exists(configuration))
        {
            InputFile.Check(configuration);
        }

        return PlamoTokenizer.Load(path);
    }

    private static bool IsGguf(string file)
    {
        using var stream = InputFile.Open(file);
        Span<byte> magic = stackalloc byte[4];
        return stream.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) == magic.Length && magic.SequenceEqual("GGUF"u8);
    }
}
