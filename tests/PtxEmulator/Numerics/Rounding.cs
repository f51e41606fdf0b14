namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>The rounding modifiers: <c>.rn .rz .rm .rp .rna</c>, and with an i (<c>.rni</c> ...) the same towards an integer.</summary>
public enum Rounding : byte
{
    /// <summary><c>.rn</c>: to nearest, ties to even.</summary>
    NearestEven,

    /// <summary><c>.rz</c>: toward zero.</summary>
    Zero,

    /// <summary><c>.rm</c>: toward minus infinity.</summary>
    Down,

    /// <summary><c>.rp</c>: toward plus infinity.</summary>
    Up,

    /// <summary><c>.rna</c>: to nearest, ties away from zero.</summary>
    NearestAway,
}
