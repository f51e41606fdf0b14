using System.CommandLine;
using PlamoNative.Cli.Input;
using PlamoNative.Cli.Parsing;
using PlamoNative.Cli.Rendering;
using PlamoNative.Kernels;

namespace PlamoNative.Cli.Verbs;

/// <summary>
/// <c>plamo perplexity</c>: how well a model predicts a text. Tokens are scored in windows of N, each with the last half of the window before it as context.
/// </summary>
internal sealed class PerplexityVerb : Verb
{
    private const int DefaultWindow = 2048;
    private const int LargestWindow = 1 << 24;

    private readonly ModelInput _model = new("--attention-window");
    private readonly Option<string> _input = CommonOptions.Text("--input", "FILE", "A UTF-8 text file; standard input when absent.");
    private readonly Option<string> _window = CommonOptions.Text("--window", "N", "Tokens scored at a time. [default: 2048]");

    internal override IEnumerable<Option> Options => [.. _model.RunOptions, _input, _window];

    internal override int Run(VerbContext context)
    {
        var window = context.Values.Integer(_window, 2, LargestWindow, DefaultWindow);
        var activations = _model.Activations(context);
        using var device = context.OpenDevice();
        using var model = _model.Open(context, device);
        var tokenizer = model.RequireTokenizer();
        var inputPath = context.Values.Text(_input);
        var text = inputPath is null ? TextInput.Read(context, _input) : TextInput.ReadFile(inputPath);
        var tokens = tokenizer.Encode(text, tokenizer.PromptOptions);
        if (tokens.Length < 2)
        {
            throw new UsageException($"{inputPath ?? "standard input"}: expected a text of at least 2 tokens (BOS counts if the tokenizer adds it), found {tokens.Length}");
        }

        context.Accept(device);
        var nats = 0.0;
        using (var progress = context.StartProgress("perplexity", "tokens"))
        {
            using var pass = new ForwardPass(model.Model, activations);
            for (var start = 0; start < tokens.Length; start += window)
            {
                // Inputs of a window: its context, then from the token before its first one to the token before its last one.
                var end = Math.Min(start + window, tokens.Length);
                var contextStart = Math.Max(0, start - (window / 2));
                var target = Math.Max(start, 1);
                pass.Restart();
                pass.Run(tokens.AsSpan(contextStart, target - 1 - contextStart), pass.ChunkSize, take: null);
                pass.Run(tokens.AsSpan(target - 1, end - target), pass.ChunkSize, logits =>
                {
                    context.Cancellation.ThrowIfCancellationRequested();
                    for (var row = 0; row < logits.Shape[0]; row++)
                    {
                        var scores = logits.AsSpan<float>().Slice(checked(row * (int)logits.Shape[1]), (int)logits.Shape[1]);
                        nats += Logits.LogSumExp(scores) - scores[tokens[target++]];
                    }

                    progress.Report(target, tokens.Length);
                });
            }
        }

        var first = tokens[0];
        var unscored = tokenizer.IsControl(first) ? 0 : tokenizer.BytesOf(first).Length;
        Print(context, tokens.Length - 1, nats, CommandStreams.Utf8.GetByteCount(text) - unscored);
        return ExitCodes.Done;
    }

    private static void Print(VerbContext context, int count, double nats, long bytes)
    {
        var loss = nats / count;
        var bitsPerByte = nats / Math.Log(2) / bytes;
        if (context.IsJson)
        {
            JsonAnswer.Write(context.Streams, writer =>
            {
                writer.WriteNumber("tokens", count);
                writer.WriteFinite("loss", loss);
                writer.WriteFinite("perplexity", Math.Exp(loss));
                writer.WriteFinite("bits_per_byte", bitsPerByte);
            });
        }
        else
        {
            context.Streams.OutputWriter.WriteLine(
                $"tokens {count}  loss {Units.Text(loss, "0.00000")}  perplexity {Units.Text(Math.Exp(loss), "0.0000")}  bits per byte {Units.Text(bitsPerByte, "0.00000")}");
        }
    }
}
