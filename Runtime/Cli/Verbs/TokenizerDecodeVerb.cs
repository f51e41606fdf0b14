using System.CommandLine;
using PlamoNative.Cli.Input;
using PlamoNative.Cli.Parsing;
using PlamoNative.Cli.Rendering;

namespace PlamoNative.Cli.Verbs;

/// <summary><c>plamo tokenizer decode</c>: ids in, text out. Plain output is the tokens' bytes and nothing else, whole UTF-8 or not.</summary>
internal sealed class TokenizerDecodeVerb : Verb
{
    private readonly Option<string> _model = CommonOptions.Text("--model", "DIR|FILE", "A model folder, a tokenizer.jsonl or a GGUF file.", "--tokenizer");
    private readonly Option<string> _tokens = CommonOptions.Text(
        "--tokens", "IDS", "The ids, divided by commas or spaces; standard input when absent. What tokenizer encode prints is accepted, with --json too.", "--ids", "--text");

    internal override IEnumerable<Option> Options => [_model, _tokens];

    internal override int Run(VerbContext context)
    {
        var path = context.Values.Required(_model, TokenizerSource.Expected);
        using var device = context.OpenDevice();
        var tokenizer = TokenizerSource.Load(path, device);
        var source = context.Values.IsGiven(_tokens) ? _tokens.Name : "standard input";
        var ids = TokenIdList.Parse(TextInput.Read(context, _tokens), source, tokenizer.Count);
        context.Accept(device);
        using var bytes = new MemoryStream();
        foreach (var id in ids)
        {
            bytes.Write(tokenizer.BytesOf(id));
        }

        if (context.IsJson)
        {
            // The decoder of the platform puts U+FFFD where bytes are not UTF-8; JSON could not say otherwise.
            var text = CommandStreams.Utf8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
            JsonAnswer.Write(context.Streams, writer => writer.WriteString("text", text));
        }
        else
        {
            bytes.WriteTo(context.Streams.Output);
            context.Streams.Output.Flush();
        }

        return ExitCodes.Done;
    }
}
