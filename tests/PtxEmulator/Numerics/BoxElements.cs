using System.Runtime.InteropServices;

namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>The operations of cp.reduce.async.bulk.</summary>
public enum BulkReduction : byte
{
    /// <summary>.add</summary>
    Add,

    /// <summary>.min</summary>
    Min,

    /// <summary>.max</summary>
    Max,

    /// <summary>.inc: old + 1, or 0 from the operand on (u32).</summary>
    Inc,

    /// <summary>.dec: old - 1; from 0 or beyond the operand the operand (u32).</summary>
    Dec,

    /// <summary>.and</summary>
    And,

    /// <summary>.or</summary>
    Or,

    /// <summary>.xor</summary>
    Xor,
}

/// <summary>What happens to the elements of a box on their way: fill, flush, reduction.</summary>
public static class BoxElements
{
    /// <summary>The value of elements outside of the tensor.</summary>
    internal static void Fill(in TensorMap map, Span<byte> row)
    {
        row.Clear();
        if (!map.FillsNaN)
        {
            return;
        }

        switch (map.Type.Bytes())
        {
            case 2:
                MemoryMarshal.Cast<byte, ushort>(row).Fill(0x7FFF);
                break;
            case 8:
                MemoryMarshal.Cast<byte, ulong>(row).Fill(0x7FFFFFFFFFFFFFFF);
                break;
            default:
                MemoryMarshal.Cast<byte, uint>(row).Fill(0x7FFFFFFF);
                break;
        }
    }

    /// <summary>The flushing types: subnormal elements become zero of their sign.</summary>
    internal static void Flush(TensorMapType type, Span<byte> part)
    {
        if (type.Flushes())
        {
            foreach (ref var value in MemoryMarshal.Cast<byte, float>(part))
            {
                value = F32.Flush(value);
            }
        }
    }

    /// <summary>values = old (operation) values, element by element: the reduction of bulk and tensor copies.</summary>
    /// <exception cref="PtxRuleException">The type has no such operation.</exception>
    public static void Reduce(TensorMapType type, BulkReduction operation, ReadOnlySpan<byte> old, Span<byte> values)
    {
        switch (type)
        {
            case TensorMapType.U32 when operation is BulkReduction.Inc or BulkReduction.Dec:
                Counts(operation, MemoryMarshal.Cast<byte, uint>(old), MemoryMarshal.Cast<byte, uint>(values));
                break;
            case TensorMapType.U32:
                Integers(operation, MemoryMarshal.Cast<byte, uint>(old), MemoryMarshal.Cast<byte, uint>(values));
                break;
            case TensorMapType.S32:
                Integers(operation, MemoryMarshal.Cast<byte, int>(old), MemoryMarshal.Cast<byte, int>(values));
                break;
            case TensorMapType.U64:
                Integers(operation, MemoryMarshal.Cast<byte, ulong>(old), MemoryMarshal.Cast<byte, ulong>(values));
                break;
            case TensorMapType.S64:
                Integers(operation, MemoryMarshal.Cast<byte, long>(old), MemoryMarshal.Cast<byte, long>(values));
                break;
            case TensorMapType.F16 or TensorMapType.BF16 when operation <= BulkReduction.Max:
                Halves(type == TensorMapType.F16, operation, MemoryMarshal.Cast<byte, ushort>(old), MemoryMarshal.Cast<byte, ushort>(values));
                break;
            case TensorMapType.F32 when operation == BulkReduction.Add:
                Sum(MemoryMarshal.Cast<byte, float>(old), MemoryMarshal.Cast<byte, float>(values));
                break;
            case TensorMapType.F64 when operation == BulkReduction.Add:
                Sum(MemoryMarshal.Cast<byte, double>(old), MemoryMarshal.Cast<byte, double>(values));
                break;
            default:
                throw new PtxRuleException($"a bulk reduction has no {operation} of {type}");
        }
    }

    private static void Integers<T>(BulkReduction operation, ReadOnlySpan<T> old, Span<T> values)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = operation switch
            {
                BulkReduction.Add => old[i] + values[i],
                BulkReduction.Min => T.Min(old[i], values[i]),
                BulkReduction.Max => T.Max(old[i], values[i]),
                BulkReduction.And => old[i] & values[i],
                BulkReduction.Or => old[i] | values[i],
                BulkReduction.Xor => old[i] ^ values[i],
                _ => throw new PtxRuleException($"a bulk reduction has {operation} of u32 only"),
            };
        }
    }

    private static void Counts(BulkReduction operation, ReadOnlySpan<uint> old, Span<uint> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            var limit = values[i];
            values[i] = operation == BulkReduction.Inc
                ? old[i] >= limit ? 0 : old[i] + 1
                : old[i] == 0 || old[i] > limit ? limit : old[i] - 1;
        }
    }

    private static void Halves(bool half, BulkReduction operation, ReadOnlySpan<ushort> old, Span<ushort> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            var largest = operation == BulkReduction.Max;
            values[i] = (half, operation) switch
            {
                (true, BulkReduction.Add) => F16.Add(old[i], values[i]),
                (false, BulkReduction.Add) => BF16.Add(old[i], values[i]),
                (true, _) => MinMax.SelectF16(largest, old[i], values[i]),
                _ => MinMax.SelectBF16(largest, old[i], values[i]),
            };
        }
    }

    private static void Sum(ReadOnlySpan<float> old, Span<float> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = F32.Add(old[i], values[i]);
        }
    }

    private static void Sum(ReadOnlySpan<double> old, Span<double> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = F64.Add(old[i], values[i]);
        }
    }
}
