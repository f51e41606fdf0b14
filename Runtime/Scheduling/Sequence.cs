using System.Threading.Channels;
using PlamoNative.Runtime.Caches;
using PlamoNative.Runtime.Sampling;
using PlamoNative.Runtime.Sessions;

namespace PlamoNative.Runtime.Scheduling;

/// <summary>A request in the scheduler: what is still to be put in, the state it has got, the answer it makes, and where tokens go.</summary>
internal sealed class Sequence(ReadOnlyMemory<int> prompt, Answer answer)
{
    private readonly Channel<GeneratedToken> _channel = Channel.CreateUnbounded<GeneratedToken>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private readonly int[] _last = new int[1];
    private int _done;
    private volatile bool _isCancelled;

    /// <summary>Tokens for the reader.</summary>
    internal ChannelReader<GeneratedToken> Reader => _channel.Reader;

    /// <summary>What the model remembers; null while the request waits.</summary>
    internal SequenceState? State { get; set; }

    /// <summary>Nobody wants the answer any more.</summary>
    internal bool IsCancelled => _isCancelled;

    /// <summary>The answer has ended.</summary>
    internal bool IsFinished { get; private set; }

    internal void Cancel() => _isCancelled = true;

    /// <summary>The tokens of this sequence's next pass: a chunk of the prompt, or the token that was generated last.</summary>
    internal ReadOnlySpan<int> NextTokens(int chunk) =>
        _done < prompt.Length ? prompt.Span.Slice(_done, Math.Min(chunk, prompt.Length - _done)) : _last;

    /// <summary>True if a pass of <paramref name="count"/> tokens ends the prompt, so that its last logits choose a token.</summary>
    internal bool WantsLogits(int count) => _done + count >= prompt.Length;

    /// <summary>Notes that a pass took tokens of the prompt.</summary>
    internal void Took(int count) => _done = Math.Min(prompt.Length, _done + count);

    /// <summary>Chooses a token and hands it out.</summary>
    internal void Choose(ILogitRows logits, int row)
    {
        if (answer.IsEmpty)
        {
            Finish(null);
            return;
        }

        var token = answer.Next(logits, row);
        _last[0] = token.Id;
        _channel.Writer.TryWrite(token);
        if (token.Finish is not null)
        {
            Finish(null);
        }
    }

    /// <summary>Ends the stream, with an error if there was one.</summary>
    internal void Finish(Exception? error)
    {
        IsFinished = true;
        _channel.Writer.TryComplete(error);
    }

    /// <summary>Gives the state's memory back.</summary>
    internal void Release()
    {
        State?.Dispose();
        State = null;
    }
}
