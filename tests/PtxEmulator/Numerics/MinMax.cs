namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>
/// min and max of floats: PTX ISA "min", "max". One NaN: the other operand; both: the canonical NaN; with <c>.NaN</c> either makes it. -0 is below +0.
/// <c>.xorsign.abs</c> works on magnitudes and gives the result the exclusive or of the signs.
/// </summary>
public static class MinMax
{
    /// <summary>min or max of f32.</summary>
    public static float Select(bool maximum, float a, float b, bool propagateNaN = false, bool xorSign = false)
    {
        var result = (float)Select(maximum, (double)a, b, propagateNaN, xorSign);
        return F32.Canonical(result);
    }

    /// <summary>min or max of f64 (which has neither modifier).</summary>
    public static double Select(bool maximum, double a, double b, bool propagateNaN = false, bool xorSign = false)
    {
        if (double.IsNaN(a) || double.IsNaN(b))
        {
            return propagateNaN || (double.IsNaN(a) && double.IsNaN(b)) ? F64.NaN : Signed(double.IsNaN(a) ? b : a, a, b, xorSign);
        }

        var (x, y) = xorSign ? (Math.Abs(a), Math.Abs(b)) : (a, b);
        var chosen = maximum ? Math.Max(x, y) : Math.Min(x, y);
        return Signed(chosen, a, b, xorSign);
    }

    /// <summary>min or max of f16 patterns.</summary>
    public static ushort SelectF16(bool maximum, ushort a, ushort b, bool propagateNaN = false, bool xorSign = false) =>
        F16.FromDouble(Select(maximum, (double)F16.ToSingle(a), F16.ToSingle(b), propagateNaN, xorSign));

    /// <summary>min or max of bf16 patterns.</summary>
    public static ushort SelectBF16(bool maximum, ushort a, ushort b, bool propagateNaN = false, bool xorSign = false) =>
        BF16.FromDouble(Select(maximum, (double)BF16.ToSingle(a), BF16.ToSingle(b), propagateNaN, xorSign));

    private static double Signed(double magnitude, double a, double b, bool xorSign)
    {
        var value = xorSign ? Math.Abs(magnitude) : magnitude;
        return xorSign && double.IsNegative(a) != double.IsNegative(b) ? -value : value;
    }
}
