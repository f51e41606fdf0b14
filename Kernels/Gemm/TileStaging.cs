using ILGPU;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>Which axis of an operand is dense in memory.</summary>
internal interface IOperandLayout
{
    /// <summary>True: the summed axis, K (op(A) as [M, K], op(B) as [N, K]). False: M or N.</summary>
    static abstract bool IsDenseAlongK { get; }
}

/// <summary>Rows of the operand lie along K.</summary>
internal readonly struct AlongK : IOperandLayout
{
    /// <inheritdoc/>
    public static bool IsDenseAlongK => true;
}

/// <summary>Rows of the operand lie along M or N: a row of memory is one k.</summary>
internal readonly struct AcrossK : IOperandLayout
{
    /// <inheritdoc/>
    public static bool IsDenseAlongK => false;
}

/// <summary>
/// The way of an operand's slice, 16 of K times the tile's width, from global memory through eight registers a thread into shared memory, where it lies k-major whatever the
/// layout in global memory. A warp takes 32 rows of an operand that is dense along K, so that its transposing stores meet 32 banks.
/// </summary>
internal static class TileStaging
{
    /// <summary>Depth of a slice.</summary>
    public const int Depth = 16;

    /// <summary>The thread's eight values of a slice; 0 outside of the matrix.</summary>
    /// <param name="matrix">The operand.</param>
    /// <param name="start">Its first element, in units.</param>
    /// <param name="stride">Units between its rows in memory.</param>
    /// <param name="width">Width of the tile: 64 with 128 threads, 128 with 256. A constant.</param>
    /// <param name="tile">First row (of M or N) of the tile.</param>
    /// <param name="extent">M or N.</param>
    /// <param name="slice">First k of the slice.</param>
    /// <param name="k">K.</param>
    /// <param name="isAligned">See <see cref="IStoredRows{T}"/>.</param>
    public static Float8 Fetch<T, TRows, TLayout>(ArrayView<T> matrix, long start, long stride, int width, int tile, int extent, int slice, int k, bool isAligned)
        where T : unmanaged
        where TRows : struct, IStoredRows<T>
        where TLayout : struct, IOperandLayout
    {
        int row, first, valid;
        if (TLayout.IsDenseAlongK)
        {
            row = tile + Row();
            first = slice + FirstK();
            valid = row < extent ? k - first : 0;
        }
        else
        {
            row = slice + (Group.IdxX / (width / 8));
            first = tile + (8 * (Group.IdxX % (width / 8)));
            valid = row < k ? extent - first : 0;
        }

        return TRows.Eight(matrix, start + (row * stride), first, valid, isAligned);
    }

    /// <summary>Puts them into a slice of shared memory, row k of which begins at <c>k · pitch</c>.</summary>
    public static void Stage<TLayout>(ArrayView<Float4> shared, int pitch, int width, Float8 values)
        where TLayout : struct, IOperandLayout
    {
        if (TLayout.IsDenseAlongK)
        {
            var floats = shared.Cast<float>();
            var place = (FirstK() * pitch) + Row();
            floats[place] = values.Low.X;
            floats[place + pitch] = values.Low.Y;
            floats[place + (2 * pitch)] = values.Low.Z;
            floats[place + (3 * pitch)] = values.Low.W;
            floats[place + (4 * pitch)] = values.High.X;
            floats[place + (5 * pitch)] = values.High.Y;
            floats[place + (6 * pitch)] = values.High.Z;
            floats[place + (7 * pitch)] = values.High.W;
        }
        else
        {
            var place = (Group.IdxX / (width / 8) * (pitch / 4)) + (2 * (Group.IdxX % (width / 8)));
            shared[place] = values.Low;
            shared[place + 1] = values.High;
        }
    }

    /// <summary>left · right + addend, four at once.</summary>
    public static Float4 Fma(float left, Float4 right, Float4 addend) => new(
        FastMath.Fma(left, right.X, addend.X), FastMath.Fma(left, right.Y, addend.Y), FastMath.Fma(left, right.Z, addend.Z), FastMath.Fma(left, right.W, addend.W));

    /// <summary>Writes (or adds) four neighbours of an output row, or as many as the row has.</summary>
    /// <param name="output">C.</param>
    /// <param name="row">Where the row begins.</param>
    /// <param name="isRow">Whether the row exists.</param>
    /// <param name="column">The first of the four.</param>
    /// <param name="n">N.</param>
    /// <param name="values">What to write.</param>
    /// <param name="options">See <see cref="GemmOptions"/>.</param>
    public static void Write(ArrayView<float> output, long row, bool isRow, int column, int n, Float4 values, int options)
    {
        var valid = isRow ? n - column : 0;
        var accumulates = (options & GemmOptions.Accumulate) != 0;
        if (valid >= 4 && (options & GemmOptions.AlignedC) != 0)
        {
            var quads = output.Cast<Float4>();
            var place = (row + column) >> 2;
            if (accumulates)
            {
                var old = quads[place];
                values = new Float4(old.X + values.X, old.Y + values.Y, old.Z + values.Z, old.W + values.W);
            }

            quads[place] = values;
            return;
        }

        WriteOne(output, row + column, valid > 0, values.X, accumulates);
        WriteOne(output, row + column + 1, valid > 1, values.Y, accumulates);
        WriteOne(output, row + column + 2, valid > 2, values.Z, accumulates);
        WriteOne(output, row + column + 3, valid > 3, values.W, accumulates);
    }

    /// <summary>Writes (or adds) one element, where there is one.</summary>
    public static void WriteOne(ArrayView<float> output, long place, bool isThere, float value, bool accumulates)
    {
        if (isThere)
        {
            output[place] = accumulates ? output[place] + value : value;
        }
    }

    private static int Row() => ((Group.IdxX >> 6) * 32) + (Group.IdxX & 31);

    private static int FirstK() => ((Group.IdxX >> 5) & 1) * 8;
}
