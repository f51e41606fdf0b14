using System.Runtime.CompilerServices;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>
/// The first half of a reduction: partial[result, chunk], float64. An item is one chunk of one row, or of one block of columns. Blocks of a row are folded
/// over 64 virtual lanes, columns one element after another; both in float32 for a while, then into a float64.
/// </summary>
internal unsafe struct ReductionKernel<TReduction> : ISimdKernel
    where TReduction : struct, IReduction
{
    // Elements of a row, or rows of columns, that are folded in float32: contracts, as changing them changes bits.
    private const int BlockSize = 1024;
    private const int BlockRows = 64;

    // Columns of an item; no contract.
    private const int ColumnBlock = 256;

    private StridedElements _x;
    private StridedElements _y;
    private ReductionLayout _layout;
    private double* _partials;

    /// <summary>Fills the partial results: all chunks of a result lie together.</summary>
    public static void Run(WorkerPool workers, DType dtype, ReductionLayout layout, in StridedElements x, in StridedElements y, double* partials)
    {
        var kernel = new ReductionKernel<TReduction> { _layout = layout, _x = x, _y = y, _partials = partials };
        var blocks = (layout.Columns + ColumnBlock - 1) / ColumnBlock;
        var elements = Math.Min(layout.Reduced, layout.ChunkSize) * Math.Min(layout.Columns, ColumnBlock);
        SimdKernelRunner.Run(workers, kernel, dtype, layout.Outer * blocks * layout.Chunks, TReduction.Cost * elements);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TSimd, TVector>(int begin, int end)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        for (var item = begin; item < end; item++)
        {
            var part = Locate(item);
            if (_layout.Columns == 1)
            {
                _partials[item] = Row<TSimd, TVector>(part);
            }
            else
            {
                Columns<TSimd, TVector>(part);
            }
        }
    }

    /// <inheritdoc/>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void RunDouble(int begin, int end)
    {
        var scratch = stackalloc double[2 * BlockSize];
        for (var item = begin; item < end; item++)
        {
            var part = Locate(item);
            for (var c = 0; c < part.Columns; c++)
            {
                part.Results[c * _layout.Chunks] = TReduction.Start;
            }

            // A row is many columns of one element each: both walk the elements in the same way.
            var step = _layout.Columns == 1 ? BlockSize : 1;
            for (var r = 0L; r < part.Rows; r += step)
            {
                var count = _layout.Columns == 1 ? (int)Math.Min(BlockSize, part.Rows - r) : part.Columns;
                var x = _x.Read(part.First + (r * _layout.Columns), count, scratch);
                var y = TReduction.Inputs > 1 ? _y.Read(part.First + (r * _layout.Columns), count, scratch + BlockSize) : x;
                for (var i = 0; i < count; i++)
                {
                    var result = part.Results + (_layout.Columns == 1 ? 0 : (long)i * _layout.Chunks);
                    *result = TReduction.Fold(*result, TReduction.Inputs > 1 ? TReduction.Map(x[i], y[i]) : x[i]);
                }
            }
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Row<TSimd, TVector>(in Part part)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var scratch = stackalloc float[3 * BlockSize];
        var total = TReduction.Start;
        for (var r = 0L; r < part.Rows; r += BlockSize)
        {
            var count = (int)Math.Min(BlockSize, part.Rows - r);
            var x = _x.Read(part.First + r, count, scratch);
            if (TReduction.Inputs > 1)
            {
                var y = _y.Read(part.First + r, count, scratch + BlockSize);
                var mapped = scratch + (2 * BlockSize);
                var i = 0;
                for (; i <= count - TSimd.Count; i += TSimd.Count)
                {
                    TSimd.Store(TReduction.Map<TSimd, TVector>(TSimd.Load(x + i), TSimd.Load(y + i)), mapped + i);
                }

                for (; i < count; i++)
                {
                    mapped[i] = TReduction.Map<SimdScalar, float>(x[i], y[i]);
                }

                x = mapped;
            }

            total = TReduction.Fold(total, Reduce.Run<TReduction, TSimd, TVector>(x, x, (float)TReduction.Start, count));
        }

        return total;
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Columns<TSimd, TVector>(in Part part)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var scratch = stackalloc float[3 * ColumnBlock];
        var sums = scratch + (2 * ColumnBlock);
        for (var c = 0; c < part.Columns; c++)
        {
            part.Results[(long)c * _layout.Chunks] = TReduction.Start;
        }

        for (var begin = 0L; begin < part.Rows; begin += BlockRows)
        {
            new Span<float>(sums, ColumnBlock).Fill((float)TReduction.Start);
            var end = Math.Min(begin + BlockRows, part.Rows);
            for (var r = begin; r < end; r++)
            {
                var first = part.First + (r * _layout.Columns);
                var x = _x.Read(first, part.Columns, scratch);
                var y = TReduction.Inputs > 1 ? _y.Read(first, part.Columns, scratch + ColumnBlock) : x;
                var i = 0;
                for (; i <= part.Columns - TSimd.Count; i += TSimd.Count)
                {
                    var value = TReduction.Map<TSimd, TVector>(TSimd.Load(x + i), TSimd.Load(y + i));
                    TSimd.Store(TReduction.Add<TSimd, TVector>(TSimd.Load(sums + i), value, value), sums + i);
                }

                for (; i < part.Columns; i++)
                {
                    var value = TReduction.Map<SimdScalar, float>(x[i], y[i]);
                    sums[i] = TReduction.Add<SimdScalar, float>(sums[i], value, value);
                }
            }

            for (var c = 0; c < part.Columns; c++)
            {
                var result = part.Results + ((long)c * _layout.Chunks);
                *result = TReduction.Fold(*result, sums[c]);
            }
        }
    }

    private readonly Part Locate(int item)
    {
        var chunks = _layout.Chunks;
        var blocks = (int)((_layout.Columns + ColumnBlock - 1) / ColumnBlock);
        var (block, chunk) = Math.DivRem(item, chunks);
        (var outer, block) = Math.DivRem(block, blocks);
        var row = (long)chunk * _layout.ChunkSize;
        var column = (long)block * ColumnBlock;
        return new Part
        {
            First = (((outer * _layout.Reduced) + row) * _layout.Columns) + column,
            Rows = Math.Min(_layout.ChunkSize, _layout.Reduced - row),
            Columns = (int)Math.Min(ColumnBlock, _layout.Columns - column),
            Results = _partials + (((outer * _layout.Columns) + column) * chunks) + chunk,
        };
    }

    /// <summary>One item: rows of columns (or elements of a row) that begin at an element, and where their first result lies.</summary>
    private struct Part
    {
        public long First;
        public long Rows;
        public int Columns;
        public double* Results;
    }
}
