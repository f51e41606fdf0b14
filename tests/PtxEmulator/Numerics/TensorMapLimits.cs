namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>What cuTensorMapEncodeTiled refuses: cuda.h's description of its arguments, one message a limit.</summary>
internal static class TensorMapLimits
{
    public static void Check(
        int type, ulong address, ReadOnlySpan<ulong> dimensions, ReadOnlySpan<ulong> strides, ReadOnlySpan<uint> box, ReadOnlySpan<uint> elementStrides,
        int interleave, int swizzle, int promotion, int fill)
    {
        var rank = dimensions.Length;
        Require(type is >= 0 and <= (int)TensorMapType.TF32Flushed, $"data type {type}: 0 to 12 exist");
        Require(rank is >= 1 and <= 5, $"rank {rank}: 1 to 5 are allowed");
        var complete = strides.Length == rank - 1 && box.Length == rank && elementStrides.Length == rank;
        Require(complete, $"rank {rank} needs {rank - 1} strides and {rank} box and element-stride entries");
        var known = interleave is >= 0 and <= 2 && swizzle is >= 0 and <= 3 && promotion is >= 0 and <= 3 && fill is 0 or 1;
        Require(known, "interleave 0-2, swizzle 0-3, L2 promotion 0-3, fill 0-1");
        Require(interleave == 0 || rank >= 3, $"rank {rank}: an interleaved tensor has at least 3 dimensions");
        Require(interleave == 0, $"interleave {interleave}: the emulator has no data on the interleaved layouts");
        Require(address % 16 == 0, $"global address 0x{address:x} is not a multiple of 16");
        Require(fill == 0 || ((TensorMapType)type).IsFloat(), $"data type {(TensorMapType)type} has no NaN to fill with");
        for (var d = 0; d < rank; d++)
        {
            Require(dimensions[d] is >= 1 and <= 1UL << 32, $"dimension {d} has {dimensions[d]} elements: 1 to 2^32 are allowed");
            Require(box[d] is >= 1 and <= 256, $"the box has {box[d]} elements in dimension {d}: 1 to 256 are allowed");
            Require(elementStrides[d] is >= 1 and <= 8, $"element stride {elementStrides[d]} in dimension {d}: 1 to 8 are allowed");
        }

        for (var d = 1; d < rank; d++)
        {
            Require(strides[d - 1] % 16 == 0 && strides[d - 1] < 1UL << 40, $"stride {strides[d - 1]} of dimension {d}: a multiple of 16 below 2^40 is asked");
        }

        var inner = box[0] * (uint)((TensorMapType)type).Bytes();
        var span = (uint)SharedSwizzles.SpanBytes((SharedSwizzle)swizzle);
        Require(inner % 16 == 0, $"the inner box is {inner} bytes: a multiple of 16 is asked");
        Require(swizzle == 0 || inner <= span, $"the inner box is {inner} bytes: a {span}-byte swizzle holds at most {span}");
        Require(swizzle == 0 || inner == span, $"the inner box is {inner} bytes, less than its {span}-byte swizzle: no data at hand says where its rows go");
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new PtxRuleException("tensor map: " + message);
        }
    }
}
