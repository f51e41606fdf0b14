using ILGPU;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <content>Stages that the forward and the backward pass share.</content>
internal static partial class SelectiveScanKernels
{
    /// <summary>
    /// Y of a chunk, before skip and gate: <c>exp(l_t) S C_t + Σ_{s &lt;= t} exp(l_t - l_s) (C_t · B_s) Δ_s x_s</c>; <paramref name="entering"/> is the first half.
    /// </summary>
    internal static Tile4x4 OutputOf(
        ArrayView<long> sequences,
        ArrayView<float> c,
        ArrayView<float> decays,
        ArrayView<float> products,
        ArrayView<float> states,
        ArrayView<float> x,
        ScanChunk chunk,
        int head,
        int p,
        ArrayView<long> maps,
        ArrayView<long> rows,
        ArrayView<Float4> memory,
        ArrayView<Float4> weights,
        ScanShape shape,
        out Tile4x4 entering)
    {
        var at = chunk.Decays(head, shape);
        var t = 4 * TileProduct64.RowGroup;
        var high = ReadFour(decays, at + TileProduct64.Size + t);
        var sum = default(Tile4x4);

        // A sequence's first chunk without a state has nothing before it.
        var sequence = chunk.Sequence * ScanTable.Fields;
        if (chunk.Token > (int)sequences[sequence + ScanTable.FirstToken] || sequences[sequence + ScanTable.State] != 0)
        {
            chunk.Rows(maps, ref c[0], shape.CToken, 0);
            StateRows(rows, AddressRows.AddressOf(ref states[chunk.State(head, shape)]), p, shape);
            sum = TileProduct64.Dots(maps, rows, shape.StateSize, shape.IsMapVector != 0, 1f, memory);
            sum = Tile4x4.ScaleRows(sum, Exp(high));
            Group.Barrier();
        }

        entering = sum;
        chunk.Rows(rows, ref x[0], shape.XToken, head * shape.XHead);
        TileProduct64.Store(Weights(products, decays, chunk, head, shape, true), weights);
        var length = (chunk.Length + 3) & ~3;
        return TileProduct64.Accumulate(sum, weights, rows, p, shape.HeadSize, shape.IsVector != 0, memory, 0, t + 4 < length ? t + 4 : length);
    }

    /// <summary>
    /// This thread's part of the chunk's weights: <c>exp(l_t - l_s) (C_t · B_s)</c> for s &lt;= t, times Δ_s if so wanted, 0 elsewhere.
    /// </summary>
    internal static Tile4x4 Weights(ArrayView<float> products, ArrayView<float> decays, ScanChunk chunk, int head, ScanShape shape, bool isStepped)
    {
        var at = chunk.Decays(head, shape);
        var t = 4 * TileProduct64.RowGroup;
        var s = 4 * TileProduct64.ColumnGroup;
        var (high, low) = (ReadFour(decays, at + TileProduct64.Size + s), ReadFour(decays, at + (2 * TileProduct64.Size) + s));
        var steps = isStepped ? ReadFour(decays, at + s) : new Float4(1f, 1f, 1f, 1f);
        var product = ((((long)chunk.Index * TileProduct64.Size) + t) * TileProduct64.Size) + s;
        return new Tile4x4
        {
            Row0 = WeightsOfRow(ReadFour(products, product), decays, at, t, s, high, low, steps),
            Row1 = WeightsOfRow(ReadFour(products, product + TileProduct64.Size), decays, at, t + 1, s, high, low, steps),
            Row2 = WeightsOfRow(ReadFour(products, product + (2 * TileProduct64.Size)), decays, at, t + 2, s, high, low, steps),
            Row3 = WeightsOfRow(ReadFour(products, product + (3 * TileProduct64.Size)), decays, at, t + 3, s, high, low, steps),
        };
    }

    private static Float4 WeightsOfRow(Float4 products, ArrayView<float> decays, long at, int t, int s, Float4 high, Float4 low, Float4 steps)
    {
        var (highest, lowest) = (decays[at + TileProduct64.Size + t], decays[at + (2 * TileProduct64.Size) + t]);
        return new Float4(
            s <= t ? FastMath.Multiply(FastMath.Multiply(ScanChunk.Decay(highest, lowest, high.X, low.X), steps.X), products.X) : 0f,
            s + 1 <= t ? FastMath.Multiply(FastMath.Multiply(ScanChunk.Decay(highest, lowest, high.Y, low.Y), steps.Y), products.Y) : 0f,
            s + 2 <= t ? FastMath.Multiply(FastMath.Multiply(ScanChunk.Decay(highest, lowest, high.Z, low.Z), steps.Z), products.Z) : 0f,
            s + 3 <= t ? FastMath.Multiply(FastMath.Multiply(ScanChunk.Decay(highest, lowest, high.W, low.W), steps.W), products.W) : 0f);
    }

    /// <summary>A table of 64 rows of a state [P, N] from row <paramref name="p"/> on.</summary>
    internal static void StateRows(ArrayView<long> table, long state, int p, ScanShape shape)
    {
        if (Group.IdxX < TileProduct64.Size)
        {
            var row = p + Group.IdxX;
            table[Group.IdxX] = row < shape.HeadSize ? state + (4L * row * shape.StateSize) : 0;
        }
    }

    /// <summary>Four neighbors of an array whose place is a multiple of 4.</summary>
    internal static Float4 ReadFour(ArrayView<float> values, long at) => values.Cast<Float4>()[at >> 2];

    /// <summary>exp of four.</summary>
    internal static Float4 Exp(Float4 x) => new(
        SimdMath.Exp<DeviceScalar, float>(x.X), SimdMath.Exp<DeviceScalar, float>(x.Y), SimdMath.Exp<DeviceScalar, float>(x.Z), SimdMath.Exp<DeviceScalar, float>(x.W));

    /// <summary>What each token of a chunk is multiplied by on its way into a state: exp(l_Q - l_s) Δ_s, or exp(l_s). The 64 first threads fill them.</summary>
    private static void Factors(ArrayView<float> decays, long at, int isAdjoint, ArrayView<float> factors)
    {
        if (Group.IdxX < TileProduct64.Size)
        {
            var own = at + Group.IdxX;
            var (high, low) = (decays[own + TileProduct64.Size], decays[own + (2 * TileProduct64.Size)]);
            var last = at + (2 * TileProduct64.Size) - 1;
            var toExit = ScanChunk.Decay(decays[last], decays[last + TileProduct64.Size], high, low);
            factors[Group.IdxX] = isAdjoint != 0 ? SimdMath.Exp<DeviceScalar, float>(high) : FastMath.Multiply(toExit, decays[own]);
        }
    }

    /// <summary><c>to[p - first, s] = factors_s rows_s[p]</c> for 64 elements of all rows.</summary>
    private static void LoadTransposed(ArrayView<long> rows, ArrayView<float> factors, int first, int width, bool isVector, ArrayView<float> to)
    {
        var p = 4 * TileProduct64.ColumnGroup;
        for (var s = TileProduct64.RowGroup; s < TileProduct64.Size; s += 16)
        {
            var value = Tile4x4.Multiply(factors[s], AddressRows.LoadRow(rows[s], first + p, width, isVector));
            to[(p * TileProduct64.Stride) + s] = value.X;
            to[((p + 1) * TileProduct64.Stride) + s] = value.Y;
            to[((p + 2) * TileProduct64.Stride) + s] = value.Z;
            to[((p + 3) * TileProduct64.Stride) + s] = value.W;
        }
    }

    private static void StoreState(long state, int row, int n, Float4 value, ScanShape shape)
    {
        if (row < shape.HeadSize)
        {
            AddressRows.StoreRow(state + (4L * row * shape.StateSize), n + (4 * TileProduct64.ColumnGroup), shape.StateSize, shape.StateSize % 4 == 0, value);
        }
    }
}
