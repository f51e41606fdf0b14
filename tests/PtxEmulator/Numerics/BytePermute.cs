namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>The modes of prmt.b32: PTX ISA "prmt".</summary>
public enum PermuteMode : byte
{
    /// <summary>No mode: each nibble of c selects a byte; its bit 3 spreads that byte's sign.</summary>
    Index,

    /// <summary>Forward 4 extract: bytes c, c+1, c+2, c+3.</summary>
    F4E,

    /// <summary>Backward 4 extract: bytes c, c-1, c-2, c-3.</summary>
    B4E,

    /// <summary>Replicate byte c.</summary>
    RC8,

    /// <summary>Edge clamp left: byte i is max(i, c).</summary>
    ECL,

    /// <summary>Edge clamp right: byte i is min(i, c).</summary>
    ECR,

    /// <summary>Replicate half c &amp; 1.</summary>
    RC16,
}

/// <summary>prmt.b32: four bytes out of the eight of a (0..3) and b (4..7).</summary>
public static class BytePermute
{
    /// <summary>prmt.b32{.mode} d, a, b, c.</summary>
    public static uint Execute(uint a, uint b, uint c, PermuteMode mode = PermuteMode.Index)
    {
        var bytes = (ulong)b << 32 | a;
        var result = 0u;
        for (var i = 0; i < 4; i++)
        {
            var control = (int)(c & 3);
            var nibble = mode switch
            {
                PermuteMode.F4E => control + i & 7,
                PermuteMode.B4E => control - i & 7,
                PermuteMode.RC8 => control,
                PermuteMode.ECL => Math.Max(i, control),
                PermuteMode.ECR => Math.Min(i, control),
                PermuteMode.RC16 => (control & 1) * 2 + (i & 1),
                _ => (int)(c >> (4 * i)) & 15,
            };
            var value = (uint)(bytes >> (8 * (nibble & 7))) & 0xFF;
            result |= ((nibble & 8) != 0 ? (value & 0x80) != 0 ? 0xFFu : 0 : value) << (8 * i);
        }

        return result;
    }
}
