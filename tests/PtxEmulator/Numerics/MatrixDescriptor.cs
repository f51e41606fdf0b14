namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>
/// The 64-bit descriptor of a wgmma operand in shared memory: PTX ISA "Matrix Descriptor Format". Bits 0-13 start, 16-29 leading byte offset,
/// 32-45 stride byte offset (each in units of 16 bytes), 49-51 base offset, 62-63 swizzle (1, 2, 3 for 128, 64, 32 bytes).
/// </summary>
public readonly record struct MatrixDescriptor(uint Start, uint LeadingBytes, uint StrideBytes, SharedSwizzle Swizzle)
{
    private const ulong Fields = 0x3FFF | 0x3FFFUL << 16 | 0x3FFFUL << 32 | 7UL << 49 | 3UL << 62;

    /// <summary>Reads the fields.</summary>
    /// <exception cref="PtxRuleException">A reserved bit is set, or a base offset, whose effect no data at hand fixes: align the tile instead.</exception>
    public static MatrixDescriptor Decode(ulong bits)
    {
        if ((bits & ~Fields) != 0)
        {
            throw new PtxRuleException($"matrix descriptor 0x{bits:x16} sets reserved bits 0x{bits & ~Fields:x16}");
        }

        if ((bits >> 49 & 7) != 0)
        {
            throw new PtxRuleException($"matrix descriptor 0x{bits:x16} has base offset {bits >> 49 & 7}: only tiles that start with their swizzle pattern are emulated");
        }

        var code = (int)(bits >> 62);
        var swizzle = code == 0 ? SharedSwizzle.None : (SharedSwizzle)(4 - code);
        return new((uint)(bits & 0x3FFF) << 4, (uint)(bits >> 16 & 0x3FFF) << 4, (uint)(bits >> 32 & 0x3FFF) << 4, swizzle);
    }

    /// <summary>The 64 bits.</summary>
    public ulong Encode() => (Start >> 4 & 0x3FFF) | (ulong)(LeadingBytes >> 4) << 16 | (ulong)(StrideBytes >> 4) << 32
        | (Swizzle == SharedSwizzle.None ? 0UL : 4UL - (ulong)Swizzle) << 62;

    /// <summary>
    /// The shared address of element (x, k): x is the row m of A or the column n of B, k the index within one instruction. The canonical layouts of
    /// PTX ISA "Strides"; leading and stride offsets swap their roles between the MN-major layouts with and without swizzle.
    /// </summary>
    public uint Address(bool mnMajor, int x, int k, int elementBytes)
    {
        var (e, t, w) = (elementBytes, 16 / elementBytes, SharedSwizzles.SpanBytes(Swizzle) / 16);
        var (leading, stride) = ((int)LeadingBytes, (int)StrideBytes);
        var offset = (mnMajor, Swizzle == SharedSwizzle.None) switch
        {
            (false, true) => 16 * (x % 8) + stride * (x / 8) + leading * (k / t) + e * (k % t),
            (false, false) => 16 * w * (x % 8) + stride * (x / 8) + 16 * (k / t) + e * (k % t),
            (true, true) => e * (x % t) + stride * (x / t) + 16 * (k % 8) + leading * (k / 8),
            (true, false) => e * (x % t) + 16 * (x / t % w) + leading * (x / (t * w)) + 16 * w * (k % 8) + stride * (k / 8),
        };
        return SharedSwizzles.Apply(Swizzle, Start + (uint)offset);
    }
}
