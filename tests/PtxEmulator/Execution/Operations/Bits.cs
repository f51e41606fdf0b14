using System.Numerics;

namespace PlamoNative.PtxEmulator.Execution;

/// <summary>Bit fields, permutes, funnel shifts, small dot products. Rules: PTX ISA.</summary>
internal static class Bits
{
    internal static uint PopCount(uint a) => (uint)BitOperations.PopCount(a);

    internal static uint PopCount(ulong a) => (uint)BitOperations.PopCount(a);

    internal static uint LeadingZeros(uint a) => (uint)BitOperations.LeadingZeroCount(a);

    internal static uint LeadingZeros(ulong a) => (uint)BitOperations.LeadingZeroCount(a);

    internal static uint Reverse(uint a)
    {
        a = ((a >> 1) & 0x55555555) | ((a & 0x55555555) << 1);
        a = ((a >> 2) & 0x33333333) | ((a & 0x33333333) << 2);
        a = ((a >> 4) & 0x0F0F0F0F) | ((a & 0x0F0F0F0F) << 4);
        return System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(a);
    }

    internal static ulong Reverse(ulong a) => ((ulong)Reverse((uint)a) << 32) | Reverse((uint)(a >> 32));

    internal static uint FindUnsigned(uint a) => a == 0 ? uint.MaxValue : (uint)BitOperations.Log2(a);

    internal static uint FindUnsigned(ulong a) => a == 0 ? uint.MaxValue : (uint)BitOperations.Log2(a);

    internal static uint FindSigned(int a) => FindUnsigned((uint)(a < 0 ? ~a : a));

    internal static uint FindSigned(long a) => FindUnsigned((ulong)(a < 0 ? ~a : a));

    internal static uint ShiftOf(uint position, uint top) => position == uint.MaxValue ? position : top - position;

    internal static uint FindShiftUnsigned(uint a) => ShiftOf(FindUnsigned(a), 31);

    internal static uint FindShiftUnsigned(ulong a) => ShiftOf(FindUnsigned(a), 63);

    internal static uint FindShiftSigned(int a) => ShiftOf(FindSigned(a), 31);

    internal static uint FindShiftSigned(long a) => ShiftOf(FindSigned(a), 63);

    internal static uint Extract(uint a, uint position, uint length) => (uint)Extract((ulong)a, position, length, 32, false);

    internal static uint ExtractSigned(uint a, uint position, uint length) => (uint)Extract(a, position, length, 32, true);

    internal static ulong Extract(ulong a, uint position, uint length) => Extract(a, position, length, 64, false);

    internal static ulong ExtractSigned(ulong a, uint position, uint length) => Extract(a, position, length, 64, true);

    internal static uint Insert(uint a, uint b, uint position, uint length) => (uint)Insert(a, b, position, length, 32);

    internal static ulong Insert(ulong a, ulong b, uint position, uint length) => Insert(a, b, position, length, 64);

    private static ulong Extract(ulong a, uint position, uint length, uint width, bool isSigned)
    {
        (position, length) = (position & 0xFF, length & 0xFF);
        if (length == 0)
        {
            return 0;
        }

        // The bit that fills the field's missing upper part.
        var last = Math.Min(position + length - 1, width - 1);
        var fill = isSigned && ((a >> (int)last) & 1) != 0 ? ulong.MaxValue : 0;
        if (position >= width)
        {
            return fill;
        }

        var taken = Math.Min(length, width - position);
        var field = taken == 64 ? a : (a >> (int)position) & ((1UL << (int)taken) - 1);
        return taken >= 64 ? field : field | (fill << (int)taken);
    }

    private static ulong Insert(ulong a, ulong b, uint position, uint length, uint width)
    {
        (position, length) = (position & 0xFF, length & 0xFF);
        if (length == 0 || position >= width)
        {
            return b;
        }

        var taken = Math.Min(length, width - position);
        var mask = (taken == 64 ? ulong.MaxValue : (1UL << (int)taken) - 1) << (int)position;
        return (b & ~mask) | ((a << (int)position) & mask);
    }

    internal static uint Permute(uint a, uint b, uint selector)
    {
        var bytes = a | ((ulong)b << 32);
        var result = 0u;
        for (var i = 0; i < 4; i++)
        {
            var pick = (selector >> (4 * i)) & 15;
            var value = (uint)(bytes >> (8 * (int)(pick & 7))) & 0xFF;
            result |= ((pick & 8) != 0 ? (value & 0x80) != 0 ? 0xFFu : 0 : value) << (8 * i);
        }

        return result;
    }

    /// <summary>The six modes of <c>prmt</c> as a selector for <see cref="Permute"/>, by the two low bits of c.</summary>
    internal static uint ModeSelector(string mode, uint c)
    {
        var n = (int)(c & 3);
        Span<uint> forward = [0x3210, 0x4321, 0x5432, 0x6543];
        Span<uint> backward = [0x5670, 0x6701, 0x7012, 0x0123];
        Span<uint> extendLeft = [0x3210, 0x3211, 0x3222, 0x3333];
        Span<uint> extendRight = [0x0000, 0x1110, 0x2210, 0x3210];
        return mode switch
        {
            "f4e" => forward[n],
            "b4e" => backward[n],
            "rc8" => 0x1111u * (uint)n,
            "ecl" => extendLeft[n],
            "ecr" => extendRight[n],
            _ => (n & 1) == 0 ? 0x1010u : 0x3232u,
        };
    }

    internal static uint PermuteForward(uint a, uint b, uint c) => Permute(a, b, ModeSelector("f4e", c));

    internal static uint PermuteBackward(uint a, uint b, uint c) => Permute(a, b, ModeSelector("b4e", c));

    internal static uint PermuteReplicate8(uint a, uint b, uint c) => Permute(a, b, ModeSelector("rc8", c));

    internal static uint PermuteEdgeLeft(uint a, uint b, uint c) => Permute(a, b, ModeSelector("ecl", c));

    internal static uint PermuteEdgeRight(uint a, uint b, uint c) => Permute(a, b, ModeSelector("ecr", c));

    internal static uint PermuteReplicate16(uint a, uint b, uint c) => Permute(a, b, ModeSelector("rc16", c));

    internal static uint FunnelLeftWrap(uint a, uint b, uint c) => FunnelLeft(a, b, c & 31);

    internal static uint FunnelLeftClamp(uint a, uint b, uint c) => FunnelLeft(a, b, Math.Min(c, 32));

    internal static uint FunnelRightWrap(uint a, uint b, uint c) => FunnelRight(a, b, c & 31);

    internal static uint FunnelRightClamp(uint a, uint b, uint c) => FunnelRight(a, b, Math.Min(c, 32));

    private static uint FunnelLeft(uint a, uint b, uint n) => n == 32 ? a : (uint)((((ulong)b << 32) | a) << (int)n >> 32);

    private static uint FunnelRight(uint a, uint b, uint n) => (uint)((((ulong)b << 32) | a) >> (int)n);

    internal static uint MaskClamp(uint a, uint b)
    {
        if (a > 31 || b == 0)
        {
            return 0;
        }

        var length = Math.Min(b, 32);
        return (uint)(((1UL << (int)length) - 1) << (int)a);
    }

    internal static uint MaskWrap(uint a, uint b) => MaskClamp(a & 31, b & 31);

    internal static uint ExtendUnsigned(uint a, uint n) => n > 31 ? a : a & ((1u << (int)n) - 1);

    internal static uint ExtendSigned(uint a, uint n) => n == 0 ? 0 : n > 31 ? a : (uint)((int)(a << (32 - (int)n)) >> (32 - (int)n));

    internal static uint ExtendUnsignedWrap(uint a, uint n) => ExtendUnsigned(a, n & 31);

    internal static uint ExtendSignedWrap(uint a, uint n) => ExtendSigned(a, n & 31);

    internal static uint FindNth(uint mask, uint start, int n)
    {
        var from = (int)(start & 31);
        if (n == 0)
        {
            return ((mask >> from) & 1) != 0 ? (uint)from : uint.MaxValue;
        }

        var step = n > 0 ? 1 : -1;
        var left = Math.Abs((long)n);
        for (var bit = from; bit is >= 0 and < 32; bit += step)
        {
            if (((mask >> bit) & 1) != 0 && --left == 0)
            {
                return (uint)bit;
            }
        }

        return uint.MaxValue;
    }
}
