using ILGPU;

namespace PlamoNative.Kernels.Ptx;

/// <summary>
/// Products of tiles of 64 rows in float32 by a block of 256 threads, as attention and the selective scan need them: <em>kept</em> rows belong to the block, <em>passing</em> rows go by.
/// A thread owns rows <c>4 (thread / 16)</c> and columns <c>4 (thread % 16)</c> on, 4 x 4 of them. Rows are found by tables of addresses in shared memory (0: a row of zeros).
/// </summary>
/// <remarks>
/// <code>
///   Dots: [64 kept, 64 passing], over the rows' width in steps of 32        Accumulate: [64 kept, 64 columns], over the passing rows
///   kept^T [32, 64]  passing^T [32, 64]  -> 4 x 4 a thread                   weights [64, 64]  rows [64, 64 columns]  -> 4 x 4 a thread
/// </code>
/// Operands lie at a stride of 68 floats, so that 16-byte reads meet no bank twice; <see cref="MemoryVectors"/> vectors of 16 bytes serve both products. Each element is one chain in
/// the order of its sum. Both begin with a barrier and end without: who changes tables, weights or the memory afterwards, waits first.
/// </remarks>
internal static class TileProduct64
{
    /// <summary>Threads of a block.</summary>
    public const int Threads = 256;

    /// <summary>Rows and columns of a tile.</summary>
    public const int Size = 64;

    /// <summary>Floats between rows in shared memory.</summary>
    public const int Stride = 68;

    /// <summary>16-byte vectors between rows in shared memory.</summary>
    public const int StrideVectors = Stride / 4;

    /// <summary>Vectors of shared memory that the products work in.</summary>
    public const int MemoryVectors = Size * StrideVectors;

    private const int Depth = 32;

    /// <summary>The first of this thread's four rows, divided by four.</summary>
    public static int RowGroup => Group.IdxX >> 4;

    /// <summary>The first of this thread's four columns, divided by four.</summary>
    public static int ColumnGroup => Group.IdxX & 15;

    /// <summary><c>kept_i · passing_j</c> over <paramref name="width"/> elements, the kept rows times <paramref name="scale"/> first.</summary>
    public static Tile4x4 Dots(ArrayView<long> kept, ArrayView<long> passing, int width, bool isVector, float scale, ArrayView<Float4> memory)
    {
        var floats = memory.Cast<float>();
        var right = floats.SubView(Depth * Stride, Depth * Stride);
        var sum = default(Tile4x4);
        for (var from = 0; from < width; from += Depth)
        {
            Group.Barrier();
            LoadAcross(kept, from, width, isVector, scale, floats);
            LoadAcross(passing, from, width, isVector, 1f, right);
            Group.Barrier();
            var steps = width - from < Depth ? width - from : Depth;
            for (var p = 0; p < steps; p++)
            {
                sum = Tile4x4.Add(sum, memory[(p * StrideVectors) + RowGroup], memory[((Depth + p) * StrideVectors) + ColumnGroup]);
            }
        }

        return sum;
    }

    /// <summary>
    /// Adds <c>Σ_j weights[i, j] passing_j[column + c]</c> for j in <c>[begin, end)</c>, both multiples of 4 and, if a thread likes, its own; other weights have no part.
    /// </summary>
    public static Tile4x4 Accumulate(
        Tile4x4 sum, ArrayView<Float4> weights, ArrayView<long> passing, int column, int width, bool isVector, ArrayView<Float4> memory, int begin, int end)
    {
        Group.Barrier();
        for (var row = RowGroup; row < Size; row += 16)
        {
            memory[(row * StrideVectors) + ColumnGroup] = AddressRows.LoadRow(passing[row], column + (4 * ColumnGroup), width, isVector);
        }

        Group.Barrier();
        return Accumulate(sum, weights, memory, begin, end);
    }

    /// <summary>The same over rows that lie in <paramref name="rows"/> already; no barrier.</summary>
    public static Tile4x4 Accumulate(Tile4x4 sum, ArrayView<Float4> weights, ArrayView<Float4> rows, int begin, int end)
    {
        var own = 4 * RowGroup * StrideVectors;
        for (var j = begin; j < end; j += 4)
        {
            var weight = own + (j >> 2);
            var (w0, w1, w2, w3) = (weights[weight], weights[weight + StrideVectors], weights[weight + (2 * StrideVectors)], weights[weight + (3 * StrideVectors)]);
            var at = (j * StrideVectors) + ColumnGroup;
            sum = Tile4x4.Add(sum, new Float4(w0.X, w1.X, w2.X, w3.X), rows[at]);
            sum = Tile4x4.Add(sum, new Float4(w0.Y, w1.Y, w2.Y, w3.Y), rows[at + StrideVectors]);
            sum = Tile4x4.Add(sum, new Float4(w0.Z, w1.Z, w2.Z, w3.Z), rows[at + (2 * StrideVectors)]);
            sum = Tile4x4.Add(sum, new Float4(w0.W, w1.W, w2.W, w3.W), rows[at + (3 * StrideVectors)]);
        }

        return sum;
    }

    /// <summary>Stores this thread's part of a tile of weights.</summary>
    public static void Store(Tile4x4 tile, ArrayView<Float4> weights)
    {
        var at = (4 * RowGroup * StrideVectors) + ColumnGroup;
        weights[at] = tile.Row0;
        weights[at + StrideVectors] = tile.Row1;
        weights[at + (2 * StrideVectors)] = tile.Row2;
        weights[at + (3 * StrideVectors)] = tile.Row3;
    }

    /// <summary>Stores this thread's part of a tile with rows and columns exchanged.</summary>
    public static void StoreTransposed(Tile4x4 tile, ArrayView<Float4> weights)
    {
        var at = (4 * ColumnGroup * StrideVectors) + RowGroup;
        weights[at] = new Float4(tile.Row0.X, tile.Row1.X, tile.Row2.X, tile.Row3.X);
        weights[at + StrideVectors] = new Float4(tile.Row0.Y, tile.Row1.Y, tile.Row2.Y, tile.Row3.Y);
        weights[at + (2 * StrideVectors)] = new Float4(tile.Row0.Z, tile.Row1.Z, tile.Row2.Z, tile.Row3.Z);
        weights[at + (3 * StrideVectors)] = new Float4(tile.Row0.W, tile.Row1.W, tile.Row2.W, tile.Row3.W);
    }

    /// <summary>Sum over the 16 threads that share rows: a fixed order, the same bits in each.</summary>
    public static float SumOfRow(float value)
    {
        value = FastMath.Add(value, WarpOperations.ShuffleXor(value, 8));
        value = FastMath.Add(value, WarpOperations.ShuffleXor(value, 4));
        value = FastMath.Add(value, WarpOperations.ShuffleXor(value, 2));
        return FastMath.Add(value, WarpOperations.ShuffleXor(value, 1));
    }

    /// <summary>Largest over the 16 threads that share rows.</summary>
    public static float MaxOfRow(float value)
    {
        value = FastMath.Max(value, WarpOperations.ShuffleXor(value, 8));
        value = FastMath.Max(value, WarpOperations.ShuffleXor(value, 4));
        value = FastMath.Max(value, WarpOperations.ShuffleXor(value, 2));
        return FastMath.Max(value, WarpOperations.ShuffleXor(value, 1));
    }

    /// <summary>32 elements of each row, rows and columns exchanged: eight threads read 128 bytes of a row.</summary>
    private static void LoadAcross(ArrayView<long> rows, int from, int width, bool isVector, float scale, ArrayView<float> to)
    {
        var p = 4 * (Group.IdxX & 7);
        for (var row = Group.IdxX >> 3; row < Size; row += 32)
        {
            var value = Tile4x4.Multiply(scale, AddressRows.LoadRow(rows[row], from + p, width, isVector));
            to[(p * Stride) + row] = value.X;
            to[((p + 1) * Stride) + row] = value.Y;
            to[((p + 2) * Stride) + row] = value.Z;
            to[((p + 3) * Stride) + row] = value.W;
        }
    }
}
