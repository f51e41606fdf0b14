namespace PlamoNative.Tests.Cases;

/// <summary>Heads for the operators that treat heads alike (QK norm, rotary embedding).</summary>
/// <param name="Name">What the shape stands for.</param>
/// <param name="Tokens">T.</param>
/// <param name="Heads">H.</param>
/// <param name="HeadSize">P, even.</param>
/// <param name="Padding">Elements between the input's heads.</param>
public sealed record HeadCase(string Name, int Tokens, int Heads, int HeadSize, int Padding)
{
    /// <summary>All cases.</summary>
    public static IReadOnlyList<HeadCase> All { get; } =
    [
        new("no tokens", 0, 2, 8, 0),
        new("smallest", 1, 1, 2, 0),
        new("primes", 3, 5, 14, 0),
        new("primes, strided", 5, 3, 22, 4),
        new("a vector", 2, 3, 32, 0),
        new("above a block of pairs", 2, 2, 134, 2),
        new("PLaMo 2 keys", 67, 4, 128, 0),
        new("PLaMo 2 queries", 19, 16, 128, 0),
    ];
}
