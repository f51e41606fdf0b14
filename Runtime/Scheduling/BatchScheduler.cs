using System.Runtime.CompilerServices;
using System.Threading.Channels;
using PlamoNative.Engine;
using PlamoNative.Runtime.Checkpoints;
using PlamoNative.Runtime.Models;
using PlamoNative.Runtime.Sessions;
using PlamoNative.Runtime.Tokenization;

namespace PlamoNative.Runtime.Scheduling;

/// <summary>
/// Serves many requests with one model at a time: continuous batching. Requests join and leave between passes; a request's answer has the same bits whatever
/// runs beside it. One thread of its own does all the work; calls may come from any thread.
/// </summary>
public sealed class BatchScheduler : IDisposable
{
    private readonly SchedulerOptions _options;
    private readonly DirectRunner _runner;
    private readonly PlamoTokenizer? _tokenizer;
    private readonly Channel<Sequence?> _arrivals = Channel.CreateUnbounded<Sequence?>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Queue<Sequence> _waiting = [];
    private readonly List<Sequence> _running = [];
    private readonly List<Sequence> _turn = [];
    private readonly List<Sequence> _pass = [];
    private readonly Thread _thread;
    private volatile bool _isStopping;
    private int _isDisposed;
    private int _runningCount;

    /// <summary>Starts the scheduler.</summary>
    /// <param name="model">The model; it must outlive the scheduler.</param>
    /// <param name="tokenizer">Makes text of answers; null gives none.</param>
    /// <param name="options">How much at a time; null for the defaults.</param>
    /// <exception cref="ConfigurationException">An option is wrong.</exception>
    public BatchScheduler(Plamo2Model model, PlamoTokenizer? tokenizer = null, SchedulerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        _options = (options ?? new SchedulerOptions()).Validate();
        _runner = new DirectRunner(model, _options.Activations);
        _tokenizer = tokenizer;
        _thread = new Thread(Loop) { IsBackground = true, Name = "plamo scheduler" };
        _thread.Start();
    }

    /// <summary>Starts the scheduler.</summary>
    public BatchScheduler(LoadedModel model, SchedulerOptions? options = null)
        : this((model ?? throw new ArgumentNullException(nameof(model))).Model, model.Tokenizer, options)
    {
    }

    /// <summary>The model.</summary>
    public Plamo2Model Model => _runner.Model;

    /// <summary>The tokenizer, or null.</summary>
    public PlamoTokenizer? Tokenizer => _tokenizer;

    /// <summary>Sequences that hold a state now.</summary>
    public int RunningCount => Volatile.Read(ref _runningCount);

    /// <summary>Generates an answer. Mistakes are reported by this call, not by the stream.</summary>
    /// <param name="prompt">Tokens; at least one. The memory must not change until the answer has ended.</param>
    /// <param name="options">What is wanted.</param>
    /// <param name="cancellationToken">Ends the request: its sequence is freed before the next pass. Leaving the stream early does so too.</param>
    /// <returns>The tokens as they come.</returns>
    /// <exception cref="ConfigurationException">An option is wrong, or the prompt does not fit the context.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A token is not below the vocabulary's size.</exception>
    /// <exception cref="ObjectDisposedException">The scheduler was disposed.</exception>
    public IAsyncEnumerable<GeneratedToken> GenerateAsync(ReadOnlyMemory<int> prompt, GenerationOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        foreach (var token in prompt.Span)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)token, (uint)Model.Configuration.VocabSize, nameof(prompt));
        }

        return StreamAsync(new Sequence(prompt, new Answer(prompt.Span, 0, options, Model, _tokenizer)), cancellationToken);
    }

    /// <summary>Ends all requests with <see cref="ObjectDisposedException"/> and stops.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            // Closed before the thread is told to stop: a request that got in is then always there to be ended when the thread clears up.
            _arrivals.Writer.TryComplete();
            _isStopping = true;
            _thread.Join();
            _runner.Dispose();
        }
    }

    private async IAsyncEnumerable<GeneratedToken> StreamAsync(Sequence sequence, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await using var registration = cancellationToken.UnsafeRegister(static cancelled => ((Sequence)cancelled!).Cancel(), sequence).ConfigureAwait(false);
        ObjectDisposedException.ThrowIf(!_arrivals.Writer.TryWrite(sequence), this);
        try
        {
            await foreach (var token in sequence.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return token;
            }

            // A cancelled request may see its stream end before it sees its own cancellation.
            cancellationToken.ThrowIfCancellationRequested();
        }
        finally
        {
            // Also when the reader left early or was cancelled; the null wakes a scheduler that has nothing else to do.
            sequence.Cancel();
            _arrivals.Writer.TryWrite(null);
        }
    }

    private void Loop()
    {
        while (Admit())
        {
            _turn.Clear();
            _turn.AddRange(_running);
            var prefilled = false;
            while (_turn.Count > 0 && !_isStopping)
            {
                var isSmall = PassPlanner.Next(_turn, _options.PrefillChunk, _pass);
                if (isSmall || !prefilled)
                {
                    // One pass of prompts a turn: answers that are being read do not wait for all prompts that arrive.
                    RunPass();
                    prefilled |= !isSmall;
                }
            }
        }

        var error = new ObjectDisposedException(nameof(BatchScheduler));
        while (_arrivals.Reader.TryRead(out var late))
        {
            late?.Finish(error);
        }

        foreach (var sequence in _running.Concat(_waiting))
        {
            sequence.Finish(error);
            sequence.Release();
        }

        Volatile.Write(ref _runningCount, 0);
    }

    /// <summary>Lets requests go and come; sleeps while there are none. False once the scheduler is to stop.</summary>
    private bool Admit()
    {
        do
        {
            while (_arrivals.Reader.TryRead(out var arrival))
            {
                if (arrival is not null)
                {
                    _waiting.Enqueue(arrival);
                }
            }

            _running.RemoveAll(static sequence =>
            {
                var leaves = sequence.IsFinished || sequence.IsCancelled;
                if (leaves)
                {
                    sequence.Finish(null);
                    sequence.Release();
                }

                return leaves;
            });
            while (_running.Count < _options.MaxSequences && _waiting.TryDequeue(out var next))
            {
                Start(next);
            }

            Volatile.Write(ref _runningCount, _running.Count);
        }
        while (!_isStopping && _running.Count == 0 && WaitForArrival());
        return !_isStopping;
    }

    private bool WaitForArrival() => _arrivals.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult();

    private void Start(Sequence sequence)
    {
        if (sequence.IsCancelled)
        {
            sequence.Finish(null);
            return;
        }

        try
        {
            sequence.State = Model.CreateState();
            _running.Add(sequence);
        }
        catch (Exception exception)
        {
            // Mostly no memory left; whatever it is, it is this request's error and must not end the thread that serves all.
            sequence.Finish(exception);
        }
    }

    private void RunPass()
    {
        _pass.RemoveAll(static sequence => sequence.IsCancelled);
        if (_pass.Count == 0)
        {
            return;
        }

        try
        {
            _runner.Batch.Clear();
            foreach (var sequence in _pass)
            {
                var tokens = sequence.NextTokens(_options.PrefillChunk);
                var wants = sequence.WantsLogits(tokens.Length);
                _runner.Batch.Add(tokens, sequence.State, wants ? LogitRows.Last : LogitRows.None);
            }

            _runner.Run();
            var row = 0;
            foreach (var sequence in _pass)
            {
                var count = sequence.NextTokens(_options.PrefillChunk).Length;
                var wants = sequence.WantsLogits(count);
                sequence.Took(count);
                if (wants)
                {
                    sequence.Choose(_runner, row++);
                }
            }
        }
        catch (Exception exception)
        {
            // A pass that failed (no memory left, say) leaves states half advanced: its sequences end with the error, the others go on.
            foreach (var sequence in _pass)
            {
                sequence.Finish(exception);
            }
        }
    }
}
