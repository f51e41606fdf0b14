namespace PlamoNative.Runtime.Sampling;

/// <summary>The tokens of a request so far, counted: the prompt's and the generated ones.</summary>
internal sealed class TokenHistory
{
    private readonly HashSet<int> _seen = [];
    private readonly Dictionary<int, int> _generated = [];

    /// <summary>Every token of prompt and answer, once.</summary>
    public IReadOnlyCollection<int> Seen => _seen;

    /// <summary>How often each token was generated.</summary>
    public IReadOnlyDictionary<int, int> Generated => _generated;

    /// <summary>Tokens generated.</summary>
    public int GeneratedCount { get; private set; }

    /// <summary>Adds tokens of the prompt.</summary>
    public void AddPrompt(ReadOnlySpan<int> tokens)
    {
        foreach (var token in tokens)
        {
            _seen.Add(token);
        }
    }

    /// <summary>Adds a generated token.</summary>
    public void AddGenerated(int token)
    {
        _seen.Add(token);
        _generated[token] = _generated.GetValueOrDefault(token) + 1;
        GeneratedCount++;
    }
}
