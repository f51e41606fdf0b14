namespace PlamoNative.Runtime.Sampling;

/// <summary>The logits of a pass, where they are: a sampler that needs little of a row takes it from there instead of the whole row.</summary>
internal interface ILogitRows
{
    /// <summary>Whether the logits are on a device that chooses among them itself: <see cref="ArgMax"/> and <see cref="TopK"/> may be called.</summary>
    bool ChoosesOnDevice { get; }

    /// <summary>A row's logits in the processor's memory, until the next pass.</summary>
    ReadOnlySpan<float> Row(int row);

    /// <summary>The index of a row's largest logit, the lowest of equals.</summary>
    /// <exception cref="ArgumentException">None of the logits is a number.</exception>
    int ArgMax(int row);

    /// <summary>A row's largest logits, moved so that the largest is 0 and divided by a temperature unless it is 1: what <see cref="Temperature"/> makes of them.</summary>
    /// <param name="row">The row.</param>
    /// <param name="temperature">Above 0.</param>
    /// <param name="values">Receives the logits, falling, equal ones by rising index.</param>
    /// <param name="indices">Receives their indices; as long as <paramref name="values"/>.</param>
    /// <returns>How many were found: fewer than asked for where the row has fewer numbers.</returns>
    int TopK(int row, float temperature, Span<float> values, Span<int> indices);
}
