namespace PlamoNative.Tests.Cases;

/// <summary>Rows for the operators that treat rows alike (norm, sum, gate, softmax).</summary>
/// <param name="Name">What the shape stands for.</param>
/// <param name="Tokens">T.</param>
/// <param name="Width">Elements in a row of the output.</param>
/// <param name="Padding">Elements between the input's rows.</param>
public sealed record RowCase(string Name, int Tokens, int Width, int Padding)
{
    /// <summary>All cases: nothing, one, primes, around a vector (16), around the lanes of a sum (64) and a block (2048), PLaMo's own.</summary>
    public static IReadOnlyList<RowCase> All { get; } =
    [
        new("no tokens", 0, 16, 0),
        new("one element", 1, 1, 0),
        new("primes", 7, 13, 0),
        new("primes, strided", 5, 31, 3),
        new("below a vector", 3, 15, 0),
        new("above a vector", 3, 17, 5),
        new("below the lanes", 2, 63, 0),
        new("the lanes", 2, 64, 1),
        new("above the lanes", 2, 65, 0),
        new("above a block", 2, 2049, 7),
        new("PLaMo 2 1B rows", 37, 2048, 0),
        new("PLaMo 2 8B decode", 1, 4096, 0),
    ];
}
