using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace PlamoNative.Engine;

/// <summary>A PTX target: <c>75</c> to <c>90</c> run on every later device too, those with an <c>a</c> (<c>90a</c>) only on exactly that one.</summary>
/// <param name="Major">9 of sm_90.</param>
/// <param name="Minor">0 of sm_90.</param>
/// <param name="IsExact">True with the suffix <c>a</c>: the instructions of one device generation, which no later one has.</param>
public readonly record struct GpuArchitecture(int Major, int Minor, bool IsExact = false)
{
    /// <summary>The name in a PTX file's <c>.target</c> line: <c>sm_90a</c>.</summary>
    public string Target => $"sm_{this}";

    /// <summary>Whether a device can run code for this target.</summary>
    /// <param name="major">9 of the device's compute capability 9.0.</param>
    /// <param name="minor">0 of it.</param>
    public bool RunsOn(int major, int minor) =>
        IsExact ? (Major, Minor) == (major, minor) : Major < major || (Major == major && Minor <= minor);

    /// <summary>Reads <c>90a</c> or <c>sm_90a</c>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out GpuArchitecture architecture)
    {
        architecture = default;
        if (text is null)
        {
            return false;
        }

        var digits = text.AsSpan();
        digits = digits.StartsWith("sm_", StringComparison.Ordinal) ? digits[3..] : digits;
        var isExact = digits.EndsWith("a", StringComparison.Ordinal);
        digits = isExact ? digits[..^1] : digits;
        if (digits.Length is < 2 or > 3 || !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        architecture = new GpuArchitecture(number / 10, number % 10, isExact);
        return true;
    }

    /// <summary>The short form: <c>90a</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}{Minor}{(IsExact ? "a" : "")}");

    /// <summary>Negative when this target is to be tried after <paramref name="other"/>: the later one first, the exact one before the portable one.</summary>
    internal int CompareTo(GpuArchitecture other) => (Major, Minor, IsExact).CompareTo((other.Major, other.Minor, other.IsExact));
}
