using System.CommandLine;
using PlamoNative.Cli.Input;
using PlamoNative.Cli.Parsing;
using PlamoNative.Cli.Rendering;
using PlamoNative.Runtime.Tokenization;

namespace PlamoNative.Cli.Verbs;

/// <summary><c>plamo tokenizer encode</c>: text in, ids out.</summary>
internal sealed class TokenizerEncodeVerb : Verb
{
    private readonly Option<string> _model = CommonOptions.Text("--model", "DIR|FILE", "A model folder, a tokenizer.jsonl or a GGUF file.", "--tokenizer");
    private readonly Option<string> _text = CommonOptions.Text("--text", "TEXT", "The text; standard input, byte for byte, when absent.");
    private readonly Option<bool> _bos = CommonOptions.Flag("--bos", "Put the token that begins a document first.");
    private readonly Option<bool> _special = CommonOptions.Flag("--special", "Texts of control tokens become those tokens; otherwise they stay text.");

    internal override IEnumerable<Option> Options => [_model, _text, _bos, _special];

    internal override int Run(VerbContext context)
    {
        var path = context.Values.Required(_model, TokenizerSource.Expected);
        using var device = context.OpenDevice();
        var tokenizer = TokenizerSource.Load(path, device);
        var options = context.Values.Has(_special) ? EncodingOptions.ControlTokens : EncodingOptions.None;
        if (context.Values.Has(_bos))
        {
            options |= EncodingOptions.AddBos;
        }

        var ids = tokenizer.Encode(TextInput.Read(context, _text), options);
        context.Accept(device);
        if (context.IsJson)
        {
            JsonAnswer.Write(context.Streams, writer => writer.WriteIds("ids", ids));
        }
        else
        {
            context.Streams.OutputWriter.WriteLine(string.Join(' ', ids));
        }

        return ExitCodes.Done;
    }
}
