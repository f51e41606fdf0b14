using ILGPU;
using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>
/// Matrix products by tensor cores, sm_80 and later, with the accuracy of float32: C[M, N] (+)= Σ over pairs of parts of A_part[M, K] · B_part[N, K]ᵀ, bf16 parts, f32 sums. Operands
/// were cut beforehand (<see cref="GemmCutKernels"/>); a bf16 weight is its own single part and is read in place.
/// </summary>
/// <remarks>
/// A float32 is exactly the sum of three bf16 (8 + 8 + 8 bits of fraction), and products of bf16 are exact in float32. With a bf16 weight three products are all there is; with a
/// float32 one the six largest of nine are taken, what is left out is below 2^-25 of a term and of both signs. Pairs go from small to large. A tensor core cuts low bits of its sums off
/// instead of rounding them, so no sum stays in it for more than 32 of K: each two <c>mma</c> begin at zero and are added to float32 registers, to nearest. The error is that of a
/// float32 sum with a 32nd of the additions, plus 2^-22 of 32 terms' magnitudes. Infinities and NaNs of float32 operands give what float32 gives;
/// an infinite bf16 weight gives NaN.
/// A block of 256 threads owns 128 x 128 of C; warp (w % 2, w / 2) has 64 x 32 of it: 4 x 4 tiles of 16 x 8. Slices of 32 of K are copied asynchronously into three buffers of 16 KB,
/// two ahead. A row of a buffer is four pieces of 16 bytes, the piece p of row r in place <c>p ^ (r / 2 % 4)</c>: eight rows that <c>ldmatrix</c> reads meet all 32 banks.
/// Grid: x tiles (<see cref="TilePlace.Tile"/>). 48 KB of static shared memory. Twin: <see cref="PanelKernel"/>.
/// </remarks>
internal static class GemmTensorCoreKernels
{
    private const int Width = 128;
    private const int PiecesPerRow = 4;
    private const int Operand = Width * PiecesPerRow;
    private const int Buffer = 2 * Operand;
    private const int Buffers = 3;

    /// <summary>The product.</summary>
    /// <param name="a">Parts of A, [parts, M, pitch] in pieces of eight bf16.</param>
    /// <param name="b">Parts of B, [parts, N, pitch].</param>
    /// <param name="c">C.</param>
    /// <param name="aPart">Pieces between parts of A.</param>
    /// <param name="bPart">Pieces between parts of B.</param>
    /// <param name="cStride">Elements between rows of C.</param>
    /// <param name="aPitch">Pieces between rows of A.</param>
    /// <param name="bPitch">Pieces between rows of B.</param>
    /// <param name="m">M.</param>
    /// <param name="n">N.</param>
    /// <param name="pieces">Pieces of a row that count: K / 8.</param>
    /// <param name="pairs">Pairs of parts.</param>
    /// <param name="partsOfA">A's part of each pair, a nibble each, the first lowest.</param>
    /// <param name="partsOfB">B's part of each pair.</param>
    /// <param name="options"><see cref="GemmOptions"/>.</param>
    [GpuKernel(256, Architecture = "80", MaximumRegisters = 224, Expects = "HMMA.16816.F32.BF16 LDSM.16.M88.4 LDGSTS.E.BYPASS.128")]
    public static void Product(
        ArrayView<UInt4> a, ArrayView<UInt4> b, ArrayView<float> c, long aPart, long bPart, long cStride, int aPitch, int bPitch, int m, int n, int pieces, int pairs,
        uint partsOfA, uint partsOfB, int options)
    {
        var shared = SharedMemory.Allocate<UInt4>(Buffers * Buffer);
        var place = TilePlace.Tile(m, n, Width);
        var thread = Group.IdxX;
        var lane = thread & 31;
        var warp = thread >> 5;
        var slices = (pieces + PiecesPerRow - 1) / PiecesPerRow;
        var count = slices * pairs;

        // What this thread copies: one piece of two rows of each operand.
        var piece = thread & 3;
        var copied = thread >> 2;
        var target = (copied * PiecesPerRow) + (piece ^ ((copied >> 1) & 3));
        var aRow0 = place.Row + copied;
        var aRow1 = aRow0 + (Width / 2);
        var bRow0 = place.Column + copied;
        var bRow1 = bRow0 + (Width / 2);
        var aFrom0 = ((long)aRow0 * aPitch) + piece;
        var aFrom1 = ((long)aRow1 * aPitch) + piece;
        var bFrom0 = ((long)bRow0 * bPitch) + piece;
        var bFrom1 = ((long)bRow1 * bPitch) + piece;

        // What it reads: the row and the piece of its lane, of A and of two tiles of B.
        var aRead = (((warp & 1) * 64) + (lane & 15)) * PiecesPerRow;
        var aSwizzle = (lane >> 1) & 3;
        var aPiece = lane >> 4;
        var bLane = (lane & 7) + ((lane >> 4) * 8);
        var bRead = Operand + ((((warp >> 1) * 32) + bLane) * PiecesPerRow);
        var bSwizzle = (lane >> 1) & 3;
        var bPiece = (lane >> 3) & 1;

        Float4 c00 = default, c01 = default, c02 = default, c03 = default;
        Float4 c10 = default, c11 = default, c12 = default, c13 = default;
        Float4 c20 = default, c21 = default, c22 = default, c23 = default;
        Float4 c30 = default, c31 = default, c32 = default, c33 = default;

        var pair = 0;
        var slice = 0;
        for (var ahead = 0; ahead < Buffers - 1; ahead++)
        {
            if (pair < pairs)
            {
                CopySlice(
                    shared, ahead * Buffer, a, b, (Part(partsOfA, pair) * aPart) + (slice * PiecesPerRow), (Part(partsOfB, pair) * bPart) + (slice * PiecesPerRow),
                    aFrom0, aFrom1, bFrom0, bFrom1, target, m - aRow0, n - bRow0, (slice * PiecesPerRow) + piece < pieces);
            }

            CpAsync.Commit();
            slice++;
            pair = slice == slices ? pair + 1 : pair;
            slice = slice == slices ? 0 : slice;
        }

        var reading = 0;
        var writing = (Buffers - 1) * Buffer;
        for (var i = 0; i < count; i++)
        {
            CpAsync.WaitGroup(Buffers - 2);
            Group.Barrier();
            if (pair < pairs)
            {
                CopySlice(
                    shared, writing, a, b, (Part(partsOfA, pair) * aPart) + (slice * PiecesPerRow), (Part(partsOfB, pair) * bPart) + (slice * PiecesPerRow),
                    aFrom0, aFrom1, bFrom0, bFrom1, target, m - aRow0, n - bRow0, (slice * PiecesPerRow) + piece < pieces);
            }

            CpAsync.Commit();
            slice++;
            pair = slice == slices ? pair + 1 : pair;
            slice = slice == slices ? 0 : slice;

            var aFirst = reading + aRead + (aPiece ^ aSwizzle);
            var aSecond = reading + aRead + ((aPiece + 2) ^ aSwizzle);
            var bFirst = reading + bRead + (bPiece ^ bSwizzle);
            var bSecond = reading + bRead + ((bPiece + 2) ^ bSwizzle);
            var b00 = LdMatrix.Load4(ref shared[bFirst]);
            var b01 = LdMatrix.Load4(ref shared[bFirst + (16 * PiecesPerRow)]);
            var b10 = LdMatrix.Load4(ref shared[bSecond]);
            var b11 = LdMatrix.Load4(ref shared[bSecond + (16 * PiecesPerRow)]);
            var a00 = LdMatrix.Load4(ref shared[aFirst]);
            var a10 = LdMatrix.Load4(ref shared[aSecond]);
            c00 = AddLow(a00, b00, a10, b10, c00);
            c01 = AddHigh(a00, b00, a10, b10, c01);
            c02 = AddLow(a00, b01, a10, b11, c02);
            c03 = AddHigh(a00, b01, a10, b11, c03);
            var a01 = LdMatrix.Load4(ref shared[aFirst + (16 * PiecesPerRow)]);
            var a11 = LdMatrix.Load4(ref shared[aSecond + (16 * PiecesPerRow)]);
            c10 = AddLow(a01, b00, a11, b10, c10);
            c11 = AddHigh(a01, b00, a11, b10, c11);
            c12 = AddLow(a01, b01, a11, b11, c12);
            c13 = AddHigh(a01, b01, a11, b11, c13);
            var a02 = LdMatrix.Load4(ref shared[aFirst + (32 * PiecesPerRow)]);
            var a12 = LdMatrix.Load4(ref shared[aSecond + (32 * PiecesPerRow)]);
            c20 = AddLow(a02, b00, a12, b10, c20);
            c21 = AddHigh(a02, b00, a12, b10, c21);
            c22 = AddLow(a02, b01, a12, b11, c22);
            c23 = AddHigh(a02, b01, a12, b11, c23);
            var a03 = LdMatrix.Load4(ref shared[aFirst + (48 * PiecesPerRow)]);
            var a13 = LdMatrix.Load4(ref shared[aSecond + (48 * PiecesPerRow)]);
            c30 = AddLow(a03, b00, a13, b10, c30);
            c31 = AddHigh(a03, b00, a13, b10, c31);
            c32 = AddLow(a03, b01, a13, b11, c32);
            c33 = AddHigh(a03, b01, a13, b11, c33);

            reading = reading == (Buffers - 1) * Buffer ? 0 : reading + Buffer;
            writing = writing == (Buffers - 1) * Buffer ? 0 : writing + Buffer;
        }

        var row = place.Row + ((warp & 1) * 64) + (lane >> 2);
        var column = place.Column + ((warp >> 1) * 32) + (2 * (lane & 3));
        WriteRows(c, cStride, row, column, m, n, c00, c01, c02, c03, options);
        WriteRows(c, cStride, row + 16, column, m, n, c10, c11, c12, c13, options);
        WriteRows(c, cStride, row + 32, column, m, n, c20, c21, c22, c23, options);
        WriteRows(c, cStride, row + 48, column, m, n, c30, c31, c32, c33, options);
    }

    /// <summary>The part of a pair.</summary>
    private static long Part(uint parts, int pair) => (parts >> (4 * pair)) & 15;

    /// <summary>Starts the copies of a slice; pieces outside of a matrix become zeros.</summary>
    private static void CopySlice(
        ArrayView<UInt4> shared, int buffer, ArrayView<UInt4> a, ArrayView<UInt4> b, long aSlice, long bSlice, long aFrom0, long aFrom1, long bFrom0, long bFrom1,
        int target, int aRows, int bRows, bool isPiece)
    {
        CopyPiece(shared, buffer + target, a, aSlice + aFrom0, isPiece && aRows > 0);
        CopyPiece(shared, buffer + target + (Operand / 2), a, aSlice + aFrom1, isPiece && aRows > Width / 2);
        CopyPiece(shared, buffer + Operand + target, b, bSlice + bFrom0, isPiece && bRows > 0);
        CopyPiece(shared, buffer + Operand + target + (Operand / 2), b, bSlice + bFrom1, isPiece && bRows > Width / 2);
    }

    private static void CopyPiece(ArrayView<UInt4> shared, int target, ArrayView<UInt4> source, long place, bool isThere)
        => CpAsync.Copy16(ref shared[target], ref source[isThere ? place : 0], isThere);

    /// <summary>c + the 32 products of a tile in the first half of two tiles of B, summed from zero.</summary>
    private static Float4 AddLow(UInt4 a0, UInt4 b0, UInt4 a1, UInt4 b1, Float4 c)
        => Add(c, Mma.Bf16(a1, new UInt2(b1.X, b1.Y), Mma.Bf16(a0, new UInt2(b0.X, b0.Y), default)));

    /// <summary>The same with the second half.</summary>
    private static Float4 AddHigh(UInt4 a0, UInt4 b0, UInt4 a1, UInt4 b1, Float4 c)
        => Add(c, Mma.Bf16(a1, new UInt2(b1.Z, b1.W), Mma.Bf16(a0, new UInt2(b0.Z, b0.W), default)));

    private static Float4 Add(Float4 left, Float4 right)
        => new(FastMath.Add(left.X, right.X), FastMath.Add(left.Y, right.Y), FastMath.Add(left.Z, right.Z), FastMath.Add(left.W, right.W));

    /// <summary>Four neighbouring tiles of 16 x 8: two rows of the lane, two columns of each.</summary>
    private static void WriteRows(ArrayView<float> c, long stride, int row, int column, int m, int n, Float4 c0, Float4 c1, Float4 c2, Float4 c3, int options)
    {
        var place = (row * stride) + column;
        WritePair(c, place, row < m, n - column, c0.X, c0.Y, options);
        WritePair(c, place + 8, row < m, n - column - 8, c1.X, c1.Y, options);
        WritePair(c, place + 16, row < m, n - column - 16, c2.X, c2.Y, options);
        WritePair(c, place + 24, row < m, n - column - 24, c3.X, c3.Y, options);
        place += 8 * stride;
        WritePair(c, place, row + 8 < m, n - column, c0.Z, c0.W, options);
        WritePair(c, place + 8, row + 8 < m, n - column - 8, c1.Z, c1.W, options);
        WritePair(c, place + 16, row + 8 < m, n - column - 16, c2.Z, c2.W, options);
        WritePair(c, place + 24, row + 8 < m, n - column - 24, c3.Z, c3.W, options);
    }

    private static void WritePair(ArrayView<float> c, long place, bool isRow, int valid, float x, float y, int options)
    {
        var accumulates = (options & GemmOptions.Accumulate) != 0;
        if (isRow && valid >= 2 && (options & GemmOptions.AlignedC) != 0)
        {
            var pairs = c.Cast<Float2>();
            var old = accumulates ? pairs[place >> 1] : default;
            pairs[place >> 1] = new Float2(old.X + x, old.Y + y);
            return;
        }

        TileStaging.WriteOne(c, place, isRow && valid > 0, x, accumulates);
        TileStaging.WriteOne(c, place + 1, isRow && valid > 1, y, accumulates);
    }
}
