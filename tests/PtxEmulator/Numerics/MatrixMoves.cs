using System.Buffers.Binary;

namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>
/// ldmatrix, stmatrix, movmatrix of 8 x 8 matrices of 16 bits: PTX ISA "Warp-level matrix load, store, transpose". Lane 8j + r gives the address of
/// row r of matrix j: 16 contiguous bytes, 16-byte aligned. Registers lie as [register][lane].
/// </summary>
public static class MatrixMoves
{
    /// <summary>The lane whose address is row <paramref name="row"/> of matrix <paramref name="matrix"/>.</summary>
    public static int AddressLane(int matrix, int row) => 8 * matrix + row;

    /// <summary>Row and column that a half (0: bits 15..0) of a lane's register holds; the register's number is the matrix.</summary>
    public static (int Row, int Column) Element(int lane, int half, bool transposed) =>
        transposed ? (2 * (lane % 4) + half, lane / 4) : (lane / 4, 2 * (lane % 4) + half);

    /// <summary>ldmatrix.x1, .x2 or .x4; addresses of lanes at or above 8 · count are ignored.</summary>
    /// <exception cref="PtxRuleException">A row is misaligned or outside of shared memory.</exception>
    public static void Load(int count, bool transposed, ReadOnlySpan<uint> addresses, ReadOnlySpan<byte> shared, Span<uint> d)
    {
        Check(count, addresses, shared.Length);
        for (var matrix = 0; matrix < count; matrix++)
        {
            for (var lane = 0; lane < 32; lane++)
            {
                var low = BinaryPrimitives.ReadUInt16LittleEndian(shared[Place(matrix, lane, 0, transposed, addresses)..]);
                var high = BinaryPrimitives.ReadUInt16LittleEndian(shared[Place(matrix, lane, 1, transposed, addresses)..]);
                d[matrix * 32 + lane] = (uint)high << 16 | low;
            }
        }
    }

    /// <summary>stmatrix.x1, .x2 or .x4: the same places, written.</summary>
    /// <exception cref="PtxRuleException">A row is misaligned or outside of shared memory.</exception>
    public static void Store(int count, bool transposed, ReadOnlySpan<uint> addresses, ReadOnlySpan<uint> registers, Span<byte> shared)
    {
        Check(count, addresses, shared.Length);
        for (var matrix = 0; matrix < count; matrix++)
        {
            for (var lane = 0; lane < 32; lane++)
            {
                var word = registers[matrix * 32 + lane];
                BinaryPrimitives.WriteUInt16LittleEndian(shared[Place(matrix, lane, 0, transposed, addresses)..], (ushort)word);
                BinaryPrimitives.WriteUInt16LittleEndian(shared[Place(matrix, lane, 1, transposed, addresses)..], (ushort)(word >> 16));
            }
        }
    }

    /// <summary>movmatrix.sync.aligned.m8n8.trans.b16: the fragment of the transposed matrix; d may be a.</summary>
    public static void Transpose(ReadOnlySpan<uint> a, Span<uint> d)
    {
        Span<ushort> matrix = stackalloc ushort[64];
        for (var lane = 0; lane < 32; lane++)
        {
            for (var half = 0; half < 2; half++)
            {
                var (row, column) = Element(lane, half, false);
                matrix[row * 8 + column] = (ushort)(a[lane] >> (16 * half));
            }
        }

        for (var lane = 0; lane < 32; lane++)
        {
            var (row, column) = Element(lane, 0, true);
            d[lane] = (uint)matrix[(row + 1) * 8 + column] << 16 | matrix[row * 8 + column];
        }
    }

    private static int Place(int matrix, int lane, int half, bool transposed, ReadOnlySpan<uint> addresses)
    {
        var (row, column) = Element(lane, half, transposed);
        return (int)addresses[AddressLane(matrix, row)] + 2 * column;
    }

    private static void Check(int count, ReadOnlySpan<uint> addresses, int sharedBytes)
    {
        for (var lane = 0; lane < 8 * count; lane++)
        {
            var address = addresses[lane];
            if (address % 16 != 0)
            {
                throw new PtxRuleException($"lane {lane} gives row address 0x{address:x}, which is not 16-byte aligned");
            }

            if (address > sharedBytes - 16)
            {
                throw new PtxRuleException($"lane {lane} gives row address 0x{address:x}, outside of {sharedBytes} bytes of shared memory");
            }
        }
    }
}
