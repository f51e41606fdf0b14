namespace PlamoNative.Engine;

/// <summary>A tensor's element type is not one that an operator takes.</summary>
public sealed class DTypeMismatchException(string operation, string name, string expected, string actual)
    : ArgumentException($"{operation}: {name} has the wrong dtype: expected {expected}, actual {actual}", name)
{
    /// <summary>The operator that was called.</summary>
    public string Operation { get; } = operation;

    /// <summary>The dtypes that are accepted.</summary>
    public string Expected { get; } = expected;

    /// <summary>The dtype that was given.</summary>
    public string Actual { get; } = actual;
}
