namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>f16x2 and bf16x2: the scalar operation on each half, the lower half in bits 15..0.</summary>
public static class Packed16
{
    /// <summary>An operation of one operand on both halves.</summary>
    public static uint Map(uint a, Func<ushort, ushort> operation) => Join(operation((ushort)(a >> 16)), operation((ushort)a));

    /// <summary>An operation of two operands on both halves, for example <c>Packed16.Map(a, b, F16.Add)</c>.</summary>
    public static uint Map(uint a, uint b, Func<ushort, ushort, ushort> operation) =>
        Join(operation((ushort)(a >> 16), (ushort)(b >> 16)), operation((ushort)a, (ushort)b));

    /// <summary>An operation of three operands on both halves.</summary>
    public static uint Map(uint a, uint b, uint c, Func<ushort, ushort, ushort, ushort> operation) =>
        Join(operation((ushort)(a >> 16), (ushort)(b >> 16), (ushort)(c >> 16)), operation((ushort)a, (ushort)b, (ushort)c));

    /// <summary>Two halves as one register.</summary>
    public static uint Join(ushort upper, ushort lower) => (uint)upper << 16 | lower;
}
