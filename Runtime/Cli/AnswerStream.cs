using System.Diagnostics;
using System.Text;
using PlamoNative.Cli.Verbs;
using PlamoNative.Engine;
using PlamoNative.Runtime.Sessions;

namespace PlamoNative.Cli;

/// <summary>Takes an answer token by token: shows its text as it comes, and keeps what is worth telling about it.</summary>
internal sealed class AnswerStream
{
    private readonly StringBuilder _text = new();
    private readonly List<int> _ids = [];

    internal string Text => _text.ToString();

    internal IReadOnlyList<int> Ids => _ids;

    /// <summary>Why the answer ended; null when Ctrl-C did it.</summary>
    internal FinishReason? Finish { get; private set; }

    internal double PrefillTokensPerSecond { get; private set; }

    /// <summary>Of the tokens after the first; 0 where there is none.</summary>
    internal double DecodeTokensPerSecond { get; private set; }

    /// <summary>The reason in the words of JSON answers.</summary>
    internal string FinishName => Finish switch
    {
        FinishReason.EndOfText => "end_of_text",
        FinishReason.StopString => "stop",
        FinishReason.MaxTokens => "max_tokens",
        FinishReason.ContextFull => "context_full",
        _ => "interrupted",
    };

    /// <summary>Runs the answer to its end, or to Ctrl-C: then what there is stays.</summary>
    /// <param name="context">Where text is shown; not at all when the answer will be JSON.</param>
    /// <param name="tokens">The answer; its first step does the prompt.</param>
    /// <param name="promptTokens">Tokens that the first step puts in.</param>
    internal void Run(VerbContext context, IEnumerable<GeneratedToken> tokens, int promptTokens)
    {
        var clock = Stopwatch.StartNew();
        var first = TimeSpan.Zero;
        using var steps = tokens.GetEnumerator();
        while (!context.Cancellation.IsCancellationRequested && MoveNext(steps))
        {
            if (_ids.Count == 0)
            {
                first = clock.Elapsed;
            }

            _ids.Add(steps.Current.Id);
            Finish = steps.Current.Finish;
            Show(context, steps.Current.Text);
        }

        if (_ids.Count == 0)
        {
            // Nothing was wanted, or nothing came: the prompt is all that was done.
            first = clock.Elapsed;
            Finish = context.Cancellation.IsCancellationRequested ? null : FinishReason.MaxTokens;
        }

        PrefillTokensPerSecond = PerSecond(promptTokens, first);
        DecodeTokensPerSecond = _ids.Count > 1 ? PerSecond(_ids.Count - 1, clock.Elapsed - first) : 0;
    }

    private bool MoveNext(IEnumerator<GeneratedToken> steps)
    {
        using var range = Profiler.Range(_ids.Count == 0 ? "prefill" : "decode", "phase");
        try
        {
            return steps.MoveNext();
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static double PerSecond(int count, TimeSpan time) => time > TimeSpan.Zero ? count / time.TotalSeconds : 0;

    private void Show(VerbContext context, string text)
    {
        _text.Append(text);
        if (!context.IsJson && text.Length > 0)
        {
            context.Streams.OutputWriter.Write(text);
            context.Streams.OutputWriter.Flush();
        }
    }
}
