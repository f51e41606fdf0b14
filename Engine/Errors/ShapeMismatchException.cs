namespace PlamoNative.Engine;

/// <summary>A tensor's shape is not the one that an operator demands.</summary>
public sealed class ShapeMismatchException(string operation, string name, string expected, string actual)
    : ArgumentException($"{operation}: {name} has the wrong shape: expected {expected}, actual {actual}", name)
{
    /// <summary>The operator that was called.</summary>
    public string Operation { get; } = operation;

    /// <summary>The shape that was demanded.</summary>
    public string Expected { get; } = expected;

    /// <summary>The shape that was given.</summary>
    public string Actual { get; } = actual;
}
