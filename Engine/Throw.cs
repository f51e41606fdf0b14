using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace PlamoNative.Engine;

/// <summary>The one place that throws for operators, so that hot methods stay small and messages stay alike.</summary>
public static class Throw
{
    /// <summary>Throws <see cref="ShapeMismatchException"/>.</summary>
    [DoesNotReturn]
    [StackTraceHidden]
    public static void ShapeMismatch(string operation, string name, string expected, string actual) =>
        throw new ShapeMismatchException(operation, name, expected, actual);

    /// <summary>Throws <see cref="DTypeMismatchException"/>.</summary>
    [DoesNotReturn]
    [StackTraceHidden]
    public static void DTypeMismatch(string operation, string name, string expected, string actual) =>
        throw new DTypeMismatchException(operation, name, expected, actual);
}
