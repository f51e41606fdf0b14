using PlamoNative.Runtime.Sessions;

namespace PlamoNative.Runtime.Sampling;

/// <summary>
/// From logits to the next token: penalties, temperature, top-k, top-p, min-p, in this order, then the draw; with temperature 0 penalties and the likeliest
/// token. The same logits, history and seed give the same token on every machine. One chain serves one request.
/// </summary>
internal sealed class SamplerChain
{
    private readonly List<SamplerStep> _steps = [];
    private readonly Candidates _candidates;
    private readonly Draw? _draw;
    private readonly float _temperature;
    private readonly int _deviceTop;
    private readonly int _stepsBeforeCut;

    /// <summary>Makes the chain of a request.</summary>
    /// <param name="options">What the request wants.</param>
    /// <param name="vocabulary">Logits of a row.</param>
    /// <param name="seed">The seed that is used; <see cref="GenerationOptions.Seed"/> if there is one.</param>
    public SamplerChain(GenerationOptions options, int vocabulary, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(vocabulary);
        _candidates = new Candidates(vocabulary);
        AddIf(options.RepetitionPenalty != 1, () => new RepetitionPenalty(options.RepetitionPenalty));
        AddIf(options.FrequencyPenalty != 0 || options.PresencePenalty != 0, () => new FrequencyPenalty(options.FrequencyPenalty, options.PresencePenalty));
        if (options.Temperature == 0)
        {
            return;
        }

        _draw = new Draw(seed);
        _temperature = options.Temperature;
        var hasPenalties = _steps.Count > 0;
        AddIf(options.Temperature != 1, () => new Temperature(options.Temperature));
        AddIf(options.TopK > 0 && options.TopK < vocabulary, () => new TopK(options.TopK));
        if (!hasPenalties && options.TopK > 0 && options.TopK < vocabulary && options.TopK <= Kernels.DeviceLogits.LargestTopK)
        {
            (_deviceTop, _stepsBeforeCut) = (options.TopK, _steps.Count);
        }

        AddIf(options.TopP < 1, () => new TopP(options.TopP));
        AddIf(options.MinP > 0, () => new MinP(options.MinP));
    }

    /// <summary>The steps before the draw.</summary>
    public IReadOnlyList<SamplerStep> Steps => _steps;

    /// <summary>Chooses the next token.</summary>
    /// <param name="logits">A row of logits.</param>
    /// <param name="history">The request's tokens so far; the number of generated ones is the index of the draw.</param>
    /// <exception cref="ArgumentException">No logit is a number.</exception>
    public int Sample(ReadOnlySpan<float> logits, TokenHistory history)
    {
        ArgumentNullException.ThrowIfNull(history);
        if (_steps.Count == 0 && _draw is null)
        {
            return Kernels.Logits.ArgMax(logits);
        }

        _candidates.Reset(logits);
        foreach (var step in _steps)
        {
            step.Apply(_candidates, history);
        }

        return _draw is null ? Kernels.Logits.ArgMax(_candidates.Logits) : _draw.Next(_candidates, (ulong)history.GeneratedCount);
    }

    /// <summary>Chooses the next token of a row, as <see cref="Sample(ReadOnlySpan{float}, TokenHistory)"/> does; where the device can, without fetching all logits.</summary>
    /// <param name="logits">The rows of a pass.</param>
    /// <param name="row">The row.</param>
    /// <param name="history">The request's tokens so far.</param>
    /// <exception cref="ArgumentException">No logit is a number.</exception>
    public int Sample(ILogitRows logits, int row, TokenHistory history)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(history);
        if (!logits.ChoosesOnDevice)
        {
            return Sample(logits.Row(row), history);
        }

        if (_steps.Count == 0 && _draw is null)
        {
            return logits.ArgMax(row);
        }

        if (_draw is null || _deviceTop == 0)
        {
            return Sample(logits.Row(row), history);
        }

        _candidates.ResetToBest(logits, row, _temperature, _deviceTop);
        for (var i = _stepsBeforeCut; i < _steps.Count; i++)
        {
            _steps[i].Apply(_candidates, history);
        }

        return _draw.Next(_candidates, (ulong)history.GeneratedCount);
    }

    private void AddIf(bool condition, Func<SamplerStep> step)
    {
        if (condition)
        {
            _steps.Add(step());
        }
    }
}
