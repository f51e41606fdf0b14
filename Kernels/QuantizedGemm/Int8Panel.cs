namespace PlamoNative.Kernels;

/// <summary>Sizes of packed panels in the product with int8 activations. A unit is the 4 bytes that a 32-bit lane multiplies at once: 4 byte codes or 2 short ones.</summary>
internal static class Int8Panel
{
    /// <summary>Rows of X in a panel; X's units are interleaved over them.</summary>
    internal const int Rows = 4;

    /// <summary>Columns of Y (rows of W) in a panel; W's units are interleaved over them.</summary>
    internal const int Columns = 32;

    /// <summary>Activations that share a scale.</summary>
    internal const int ActivationGroup = 32;
}

/// <summary>How a storage type's codes are multiplied; constants to the JIT.</summary>
internal interface IInt8Shape
{
    /// <summary>Units in a group of weights that share a scale.</summary>
    static abstract int Units { get; }

    /// <summary>Units whose products fit a 16-bit sum: 2 · 127 · the largest code · units &lt; 32768. For wide codes, all of a group's.</summary>
    static abstract int UnitsPerShortSum { get; }

    /// <summary>Codes are shorts (they need all 8 bits and the sign), else unsigned bytes.</summary>
    static abstract bool IsWide { get; }

    /// <summary>Weights are scale · code - minimum.</summary>
    static abstract bool HasMinima { get; }
}

/// <summary>Q8_0: signed 8-bit codes, groups of 32.</summary>
internal readonly struct Q8_0Shape : IInt8Shape
{
    public static int Units => 16;

    public static int UnitsPerShortSum => 16;

    public static bool IsWide => true;

    public static bool HasMinima => false;
}

/// <summary>Q4_0: codes 0…15 around 8, groups of 32; 8 units give at most 8 · 2 · 127 · 15 = 30480.</summary>
internal readonly struct Q4_0Shape : IInt8Shape
{
    public static int Units => 8;

    public static int UnitsPerShortSum => 8;

    public static bool IsWide => false;

    public static bool HasMinima => false;
}

/// <summary>Q4_K: codes 0…15 with minima, groups of 32.</summary>
internal readonly struct Q4_KShape : IInt8Shape
{
    public static int Units => 8;

    public static int UnitsPerShortSum => 8;

    public static bool IsWide => false;

    public static bool HasMinima => true;
}

/// <summary>Q6_K: codes 0…63 around 32, groups of 16; 2 units give at most 2 · 2 · 127 · 63 = 32004.</summary>
internal readonly struct Q6_KShape : IInt8Shape
{
    public static int Units => 4;

    public static int UnitsPerShortSum => 2;

    public static bool IsWide => false;

    public static bool HasMinima => false;
}

/// <summary>One panel of quantised activations, at the group where a tile starts.</summary>
internal unsafe struct ActivationPanel
{
    /// <summary>Units, [unit, 4 rows].</summary>
    internal int* Codes;

    /// <summary>Scales, [group, 4 rows].</summary>
    internal float* Scales;

    /// <summary>Offset of W's codes times the sum of a group's codes, [group, 4 rows].</summary>
    internal int* Biases;

    /// <summary>Scale times the sum of a group's codes, for weights with minima, [group, 4 rows].</summary>
    internal float* Sums;
}
