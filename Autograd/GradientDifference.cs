namespace PlamoNative.Autograd;

/// <summary>A gradient beside the central difference that it should equal.</summary>
/// <param name="Parameter">The parameter's name; of a direction through all parameters, "direction" and its number.</param>
/// <param name="Element">Which element of the parameter, row-major; the direction's number.</param>
/// <param name="Gradient">From the tape.</param>
/// <param name="Difference">(f(x + h) - f(x - h)) / 2h.</param>
/// <param name="Error">Their distance, as a share of the largest gradient of the parameter (of both values' size, for a direction).</param>
public readonly record struct GradientDifference(string Parameter, long Element, double Gradient, double Difference, double Error)
{
    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant(
        $"{Parameter}[{Element}]: gradient {Gradient:R}, central difference {Difference:R}, error {Error:E2}");
}
