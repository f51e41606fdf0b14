using System.Runtime.CompilerServices;

namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>Global memory as a bulk copy sees it; the emulator checks bounds behind it.</summary>
public interface IGlobalBytes
{
    /// <summary>Reads bytes from an address on.</summary>
    void Read(ulong address, scoped Span<byte> destination);

    /// <summary>Writes bytes from an address on.</summary>
    void Write(ulong address, scoped ReadOnlySpan<byte> source);
}

/// <summary>
/// cp.async.bulk.tensor and cp.reduce.async.bulk.tensor in tile mode: PTX ISA "Tensor copies". Box element (i0, i1, ...) lies at linear offset
/// (i0 + i1·box0 + ...)·e of the shared address, then the swizzle permutes the whole address. Coordinates are signed, dimension 0 first.
/// </summary>
public static class TensorCopy
{
    private const int RowLimit = 256 * 8;

    /// <summary>Global to shared: elements outside become zero (or NaN). Returns the bytes that complete-tx counts: the whole box.</summary>
    /// <exception cref="PtxRuleException">A misaligned or outside shared box, or coordinates of another rank.</exception>
    public static int Load<T>(in TensorMap map, ReadOnlySpan<int> coordinates, uint sharedAddress, Span<byte> shared, ref T global)
        where T : IGlobalBytes, allows ref struct
    {
        Check(map, coordinates, sharedAddress, shared.Length);
        Span<byte> row = stackalloc byte[RowLimit];
        row = row[..(map.Box(0) * map.Type.Bytes())];
        for (var index = 0; index < Rows(map); index++)
        {
            BoxElements.Fill(map, row);
            if (Inside(map, coordinates, index, out var address, out var first, out var count))
            {
                var part = row.Slice(first, count);
                global.Read(address, part);
                BoxElements.Flush(map.Type, part);
            }

            MoveRow(map, sharedAddress + (uint)(index * row.Length), shared, row, toShared: true);
        }

        return map.BoxBytes;
    }

    /// <summary>Shared to global: elements past the end are dropped. Returns the bytes of the box.</summary>
    /// <exception cref="PtxRuleException">A negative coordinate, or as <see cref="Load"/>.</exception>
    public static int Store<T>(in TensorMap map, ReadOnlySpan<int> coordinates, uint sharedAddress, Span<byte> shared, ref T global)
        where T : IGlobalBytes, allows ref struct => Store(map, coordinates, sharedAddress, shared, ref global, null);

    /// <summary>cp.reduce.async.bulk.tensor: global becomes the operation of itself and the box.</summary>
    /// <exception cref="PtxRuleException">A negative coordinate, an operation that the type does not have, or as <see cref="Load"/>.</exception>
    public static int Reduce<T>(in TensorMap map, BulkReduction operation, ReadOnlySpan<int> coordinates, uint sharedAddress, Span<byte> shared, ref T global)
        where T : IGlobalBytes, allows ref struct => Store(map, coordinates, sharedAddress, shared, ref global, operation);

    private static int Store<T>(in TensorMap map, ReadOnlySpan<int> coordinates, uint sharedAddress, Span<byte> shared, ref T global, BulkReduction? operation)
        where T : IGlobalBytes, allows ref struct
    {
        Check(map, coordinates, sharedAddress, shared.Length);
        for (var d = 0; d < map.Rank; d++)
        {
            if (coordinates[d] < 0)
            {
                throw new PtxRuleException($"a tensor store starts at {coordinates[d]} in dimension {d}: it must not be negative");
            }
        }

        Span<byte> row = stackalloc byte[RowLimit];
        Span<byte> old = stackalloc byte[RowLimit];
        row = row[..(map.Box(0) * map.Type.Bytes())];
        for (var index = 0; index < Rows(map); index++)
        {
            if (Inside(map, coordinates, index, out var address, out var first, out var count))
            {
                MoveRow(map, sharedAddress + (uint)(index * row.Length), shared, row, toShared: false);
                var part = row.Slice(first, count);
                BoxElements.Flush(map.Type, part);
                if (operation is { } reduction)
                {
                    global.Read(address, old[..count]);
                    BoxElements.Reduce(map.Type, reduction, old[..count], part);
                }

                global.Write(address, part);
            }
        }

        return map.BoxBytes;
    }

    private static int Rows(in TensorMap map) => map.BoxBytes / (map.Box(0) * map.Type.Bytes());

    // Row number `index` of the box: the part of it (bytes) that lies inside the tensor, and where in global memory.
    private static bool Inside(in TensorMap map, ReadOnlySpan<int> coordinates, int index, out ulong address, out int first, out int count)
    {
        var bytes = map.Type.Bytes();
        var start = Math.Max(coordinates[0], 0L);
        var end = Math.Min((long)coordinates[0] + map.Box(0), (long)map.Dimension(0));
        address = map.Address + (ulong)start * (ulong)bytes;
        first = (int)(start - coordinates[0]) * bytes;
        count = (int)Math.Max(end - start, 0) * bytes;
        for (var d = 1; d < map.Rank; d++)
        {
            var place = coordinates[d] + (long)(index % map.Box(d)) * map.ElementStride(d);
            index /= map.Box(d);
            if (place < 0 || place >= (long)map.Dimension(d))
            {
                return false;
            }

            address += (ulong)place * map.Stride(d);
        }

        return count > 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MoveRow(in TensorMap map, uint address, Span<byte> shared, Span<byte> row, bool toShared)
    {
        for (var i = 0; i < row.Length; i += 16)
        {
            var piece = shared.Slice((int)SharedSwizzles.Apply(map.Swizzle, address + (uint)i), 16);
            if (toShared)
            {
                row.Slice(i, 16).CopyTo(piece);
            }
            else
            {
                piece.CopyTo(row[i..]);
            }
        }
    }

    private static void Check(in TensorMap map, ReadOnlySpan<int> coordinates, uint sharedAddress, int sharedBytes)
    {
        if (coordinates.Length != map.Rank)
        {
            throw new PtxRuleException($"a tensor copy gives {coordinates.Length} coordinates for a tensor map of rank {map.Rank}");
        }

        if (sharedAddress % 128 != 0)
        {
            throw new PtxRuleException($"a tensor copy's shared address 0x{sharedAddress:x} is not a multiple of 128");
        }

        // The swizzle stays inside blocks of 1024 bytes at most.
        var block = map.Swizzle == SharedSwizzle.None ? 16u : (uint)SharedSwizzles.SpanBytes(map.Swizzle) * 8;
        var end = (sharedAddress + (ulong)map.BoxBytes + block - 1) / block * block;
        if ((map.Swizzle == SharedSwizzle.None || sharedAddress % block == 0 ? sharedAddress + (ulong)map.BoxBytes : end) > (ulong)sharedBytes)
        {
            throw new PtxRuleException($"a box of {map.BoxBytes} bytes at shared address 0x{sharedAddress:x} exceeds {sharedBytes} bytes of shared memory");
        }
    }
}
