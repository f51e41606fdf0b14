using System.CommandLine;
using System.Runtime.InteropServices;
using PlamoNative.Cli.Input;
using PlamoNative.Cli.Parsing;
using PlamoNative.Cli.Rendering;
using PlamoNative.Engine;
using PlamoNative.Engine.Formats;

namespace PlamoNative.Cli.Verbs;

/// <summary><c>plamo logits</c>: the model's float32 logits at every position of exactly these ids, as an npy file.</summary>
internal sealed class LogitsVerb : Verb
{
    private readonly ModelInput _model = new();
    private readonly Option<string> _tokens = CommonOptions.Text("--tokens", "IDS", "The ids, divided by commas or spaces; standard input when absent.");
    private readonly Option<string> _out = CommonOptions.Text("--out", "FILE.npy", "The file to write: float32 [tokens, vocabulary].");
    private readonly Option<bool> _stepwise = CommonOptions.Flag("--stepwise", "Go token by token through the cache, as decoding does.");

    internal override IEnumerable<Option> Options => [.. _model.RunOptions, _tokens, _out, _stepwise];

    internal override int Run(VerbContext context)
    {
        var outputPath = context.Values.Required(_out, "an npy file");
        var activations = _model.Activations(context);
        using var device = context.OpenDevice();
        using var model = _model.Open(context, device);
        var vocabSize = model.Configuration.VocabSize;
        var source = context.Values.IsGiven(_tokens) ? _tokens.Name : "standard input";
        var tokens = TokenIdList.Parse(TextInput.Read(context, _tokens), source, vocabSize);
        if (tokens.Length == 0)
        {
            throw UsageException.ForOption(source, "at least one token id", "none");
        }

        using var output = NpyWriter.Create(outputPath, DType.Float32, [tokens.Length, vocabSize]);
        context.Accept(device);
        using (var progress = context.StartProgress("logits", "tokens"))
        {
            using var pass = new ForwardPass(model.Model, activations);
            var done = 0;
            pass.Run(tokens, context.Values.Has(_stepwise) ? 1 : pass.ChunkSize, logits =>
            {
                context.Cancellation.ThrowIfCancellationRequested();
                output.Append(MemoryMarshal.AsBytes(logits.AsSpan<float>()));
                progress.Report(done += (int)logits.Shape[0], tokens.Length);
            });
        }

        output.Complete();
        if (context.IsJson)
        {
            JsonAnswer.Write(context.Streams, writer =>
            {
                writer.WriteNumber("tokens", tokens.Length);
                writer.WriteNumber("vocab_size", vocabSize);
                writer.WriteString("out", outputPath);
            });
        }
        else
        {
            context.Notices.Add($"{outputPath}: float32 [{tokens.Length}, {vocabSize}]");
        }

        return ExitCodes.Done;
    }
}
