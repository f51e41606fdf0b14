using System.CommandLine;
using PlamoNative.Cli.Input;
using PlamoNative.Cli.Parsing;
using PlamoNative.Cli.Rendering;
using PlamoNative.Runtime.Sessions;
using PlamoNative.Runtime.Tokenization;

namespace PlamoNative.Cli.Verbs;

/// <summary><c>plamo generate</c>: continues a text, streamed.</summary>
internal sealed class GenerateVerb : Verb
{
    private const int DefaultMaxTokens = 256;

    private readonly ModelInput _model = new();
    private readonly Option<string> _prompt = CommonOptions.Text("--prompt", "TEXT", "The text to continue; standard input, byte for byte, when absent.", "--text");
    private readonly SamplingInput _sampling = new(DefaultMaxTokens);
    private readonly Option<bool> _special = CommonOptions.Flag("--special", "Texts of control tokens in the prompt become those tokens; otherwise they stay text.");

    internal override IEnumerable<Option> Options => [.. _model.RunOptions, _prompt, .. _sampling.Options, _special];

    internal override int Run(VerbContext context)
    {
        var options = _sampling.Read(context);
        var activations = _model.Activations(context);
        using var device = context.OpenDevice();
        using var model = _model.Open(context, device);
        var tokenizer = model.RequireTokenizer();
        var encoding = tokenizer.PromptOptions | (context.Values.Has(_special) ? EncodingOptions.ControlTokens : EncodingOptions.None);
        var prompt = tokenizer.Encode(TextInput.Read(context, _prompt), encoding);
        SamplingInput.CheckMemory(model, options, prompt.Length);
        using var session = new PlamoSession(model, activations);
        var tokens = session.Generate(prompt, options, context.Cancellation);
        context.Accept(device);
        var answer = new AnswerStream();
        answer.Run(context, tokens, prompt.Length);
        if (context.IsJson)
        {
            JsonAnswer.Write(context.Streams, writer =>
            {
                writer.WriteString("text", answer.Text);
                writer.WriteIds("ids", answer.Ids);
                writer.WriteNumber("prompt_tokens", prompt.Length);
                writer.WriteNumber("prefill_tokens_per_second", answer.PrefillTokensPerSecond);
                writer.WriteNumber("decode_tokens_per_second", answer.DecodeTokensPerSecond);
                writer.WriteString("finish_reason", answer.FinishName);
                writer.WriteNumber("seed", context.Seed);
                writer.WriteString("device", device.Name);
            });
        }
        else if (context.Streams.OutputIsTerminal)
        {
            context.Streams.OutputWriter.WriteLine();
            context.Streams.OutputWriter.Flush();
        }

        context.Notices.Add(
            $"prompt {prompt.Length} tokens, {Units.Text(answer.PrefillTokensPerSecond, "0.0")} tokens/s; generated {answer.Ids.Count} tokens, "
            + $"{Units.Text(answer.DecodeTokensPerSecond, "0.0")} tokens/s; ended by {answer.FinishName}");
        return answer.Finish is null ? ExitCodes.Interrupted : ExitCodes.Done;
    }
}
