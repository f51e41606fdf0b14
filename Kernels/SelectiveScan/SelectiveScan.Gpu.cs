using ILGPU;
using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>The scan's forward pass on a GPU, in chunks of at most 64 tokens: <see cref="Decays"/>, <see cref="Products"/>, <see cref="ChunkStates"/>, <see cref="PassStates"/>, <see cref="Scan"/>.</summary>
/// <remarks>
/// Products are tiles of 64 (see <see cref="TileProduct64"/>). Each sequence cuts its own chunks from its own first token on. l is summed in float64 and kept as two floats; only differences
/// at or below zero are exponentiated, by the CPU's own exp. Order of summation: y_t is one chain over n, then over s &lt;= t; a state is decay times the state before, plus a chain over
/// the chunk's tokens. Scratch: 3 floats a token and head, 64 a token, and a state a chunk and head.
/// </remarks>
internal static partial class SelectiveScanKernels
{
    /// <summary>Threads of <see cref="Decays"/> and <see cref="Step"/>.</summary>
    public const int SmallThreads = 128;

    private const int HeadsOfDecays = 32;

    /// <summary>Δ and l of every token and head. Grid (chunk, heads / 32). Tokens past a chunk's end have Δ = 0 and the l of the last.</summary>
    [GpuKernel(SmallThreads)]
    public static void Decays(ArrayView<long> sequences, ArrayView<float> dt, ArrayView<float> dtBias, ArrayView<float> aLog, ArrayView<float> decays, ScanShape shape)
    {
        var steps = SharedMemory.Allocate<float>(TileProduct64.Size * (HeadsOfDecays + 1));
        var chunk = ScanChunk.Of(sequences, Grid.IdxX, shape);
        var lane = Group.IdxX & 31;
        var head = (HeadsOfDecays * Grid.IdxY) + lane;
        var isHead = head < shape.Heads;
        var to = isHead ? chunk.Decays(head, shape) : 0;
        for (var t = Group.IdxX >> 5; t < TileProduct64.Size; t += SmallThreads / 32)
        {
            var step = 0f;
            if (isHead && t < chunk.Length)
            {
                var input = AddressMemory.Load(AddressRows.AddressOf(ref dt[0]) + ((chunk.Token + t) * shape.DtToken) + (4L * head));
                step = SimdMath.Softplus<DeviceScalar, float>(FastMath.Add(input, dtBias[head]));
            }

            steps[(t * (HeadsOfDecays + 1)) + lane] = step;
            if (isHead)
            {
                decays[to + t] = step;
            }
        }

        Group.Barrier();
        if (Group.IdxX < 32 && isHead)
        {
            double a = -SimdMath.Exp<DeviceScalar, float>(aLog[head]);
            var sum = 0.0;
            for (var t = 0; t < TileProduct64.Size; t++)
            {
                sum = FastMath.Fma(steps[(t * (HeadsOfDecays + 1)) + lane], a, sum);
                var high = (float)sum;
                decays[to + TileProduct64.Size + t] = high;
                decays[to + (2 * TileProduct64.Size) + t] = (float)(sum - high);
            }
        }
    }

    /// <summary><c>products[chunk, t, s] = C_t · B_s</c>, which all heads share. Grid (chunk).</summary>
    [GpuKernel(TileProduct64.Threads)]
    public static void Products(ArrayView<long> sequences, ArrayView<float> b, ArrayView<float> c, ArrayView<float> products, ScanShape shape)
    {
        var memory = SharedMemory.Allocate<Float4>(TileProduct64.MemoryVectors);
        var inputs = SharedMemory.Allocate<long>(TileProduct64.Size);
        var outputs = SharedMemory.Allocate<long>(TileProduct64.Size);
        var chunk = ScanChunk.Of(sequences, Grid.IdxX, shape);
        chunk.Rows(inputs, ref b[0], shape.BToken, 0);
        chunk.Rows(outputs, ref c[0], shape.CToken, 0);
        var sum = TileProduct64.Dots(outputs, inputs, shape.StateSize, shape.IsMapVector != 0, 1f, memory);
        var to = products.Cast<Float4>();
        var at = (((long)chunk.Index * TileProduct64.Size) + (4 * TileProduct64.RowGroup)) * (TileProduct64.Size / 4) + TileProduct64.ColumnGroup;
        to[at] = sum.Row0;
        to[at + (TileProduct64.Size / 4)] = sum.Row1;
        to[at + (TileProduct64.Size / 2)] = sum.Row2;
        to[at + (TileProduct64.Size * 3 / 4)] = sum.Row3;
    }

    /// <summary>
    /// <c>states[chunk, head, p, n] = Σ_s f_s rows_s[p] maps_s[n]</c> with f = exp(l_Q - l_s) Δ_s: what a chunk adds to the state. Or, with <paramref name="isAdjoint"/>, f = exp(l_s): what
    /// the gradients of a chunk's outputs are to the entering state. Grid (chunk, head, panel of p times panels of n + panel of n).
    /// </summary>
    [GpuKernel(TileProduct64.Threads)]
    public static void ChunkStates(
        ArrayView<long> sequences,
        ArrayView<float> rows,
        long tokenStride,
        long headStride,
        ArrayView<float> maps,
        long mapStride,
        ArrayView<float> decays,
        ArrayView<float> states,
        int isAdjoint,
        ScanShape shape)
    {
        var memory = SharedMemory.Allocate<Float4>(TileProduct64.MemoryVectors);
        var weights = SharedMemory.Allocate<Float4>(TileProduct64.MemoryVectors);
        var inputs = SharedMemory.Allocate<long>(TileProduct64.Size);
        var mapRows = SharedMemory.Allocate<long>(TileProduct64.Size);
        var factors = SharedMemory.Allocate<float>(TileProduct64.Size);
        var chunk = ScanChunk.Of(sequences, Grid.IdxX, shape);
        var head = Grid.IdxY;
        var panels = (shape.StateSize + TileProduct64.Size - 1) / TileProduct64.Size;
        var p = TileProduct64.Size * (Grid.IdxZ / panels);
        var n = TileProduct64.Size * (Grid.IdxZ % panels);
        chunk.Rows(inputs, ref rows[0], tokenStride, head * headStride);
        chunk.Rows(mapRows, ref maps[0], mapStride, 0);
        Factors(decays, chunk.Decays(head, shape), isAdjoint, factors);
        Group.Barrier();
        LoadTransposed(inputs, factors, p, shape.HeadSize, shape.IsVector != 0, weights.Cast<float>());
        var end = (chunk.Length + 3) & ~3;
        var sum = TileProduct64.Accumulate(default, weights, mapRows, n, shape.StateSize, shape.IsMapVector != 0, memory, 0, end);
        var to = AddressRows.AddressOf(ref states[chunk.State(head, shape)]);
        var row = p + (4 * TileProduct64.RowGroup);
        StoreState(to, row, n, sum.Row0, shape);
        StoreState(to, row + 1, n, sum.Row1, shape);
        StoreState(to, row + 2, n, sum.Row2, shape);
        StoreState(to, row + 3, n, sum.Row3, shape);
    }

    /// <summary>
    /// Walks a sequence's chunks: each chunk's own part in <paramref name="states"/> is replaced by the state that enters it, S ← exp(l_Q) S + part. Begins with the sequence's state, if it
    /// has one, and, with <paramref name="keeps"/>, leaves the last one there. Grid (elements of a state / 256, head, sequence).
    /// </summary>
    [GpuKernel(TileProduct64.Threads)]
    public static void PassStates(ArrayView<long> sequences, ArrayView<float> decays, ArrayView<float> states, int keeps, ScanShape shape)
    {
        var size = (long)shape.HeadSize * shape.StateSize;
        var element = ((long)Grid.IdxX * TileProduct64.Threads) + Group.IdxX;
        var at = Grid.IdxZ * ScanTable.Fields;
        var length = (int)sequences[at + ScanTable.Length];
        if (element >= size || length == 0)
        {
            return;
        }

        var chunks = (length + shape.Chunk - 1) / shape.Chunk;
        var place = (sequences[at] * shape.Heads) + Grid.IdxY;
        var kept = sequences[at + ScanTable.State];
        kept = kept == 0 ? 0 : kept + (4 * ((Grid.IdxY * size) + element));
        var state = 0f;
        if (kept != 0)
        {
            state = AddressMemory.Load(kept);
        }

        for (var chunk = 0; chunk < chunks; chunk++)
        {
            var total = SimdMath.Exp<DeviceScalar, float>(decays[(place * ScanChunk.DecayArrays * TileProduct64.Size) + (2 * TileProduct64.Size) - 1]);
            var part = states[(place * size) + element];
            states[(place * size) + element] = state;
            state = FastMath.Fma(total, state, part);
            place += shape.Heads;
        }

        if (kept != 0 && keeps != 0)
        {
            AddressMemory.Store(kept, state);
        }
    }

    /// <summary>Output [T, H, P]. Grid (chunk, head, panel of p).</summary>
    [GpuKernel(TileProduct64.Threads)]
    public static void Scan(
        ArrayView<long> sequences,
        ArrayView<float> x,
        ArrayView<float> z,
        ArrayView<float> c,
        ArrayView<float> d,
        ArrayView<float> decays,
        ArrayView<float> products,
        ArrayView<float> states,
        ArrayView<float> output,
        ScanShape shape)
    {
        var memory = SharedMemory.Allocate<Float4>(TileProduct64.MemoryVectors);
        var weights = SharedMemory.Allocate<Float4>(TileProduct64.MemoryVectors);
        var maps = SharedMemory.Allocate<long>(TileProduct64.Size);
        var rows = SharedMemory.Allocate<long>(TileProduct64.Size);
        var chunk = ScanChunk.Of(sequences, Grid.IdxX, shape);
        var head = Grid.IdxY;
        var p = TileProduct64.Size * Grid.IdxZ;
        var own = OutputOf(sequences, c, decays, products, states, x, chunk, head, p, maps, rows, memory, weights, shape, out _);
        var column = p + (4 * TileProduct64.ColumnGroup);
        var t = 4 * TileProduct64.RowGroup;
        var skip = d[head];
        var (xs, zs) = (AddressRows.AddressOf(ref x[0]) + (head * shape.XHead), AddressRows.AddressOf(ref z[0]) + (head * shape.ZHead));
        var to = AddressRows.AddressOf(ref output[0]);
        Gate(chunk, t, column, head, own.Row0, skip, xs, zs, to, shape);
        Gate(chunk, t + 1, column, head, own.Row1, skip, xs, zs, to, shape);
        Gate(chunk, t + 2, column, head, own.Row2, skip, xs, zs, to, shape);
        Gate(chunk, t + 3, column, head, own.Row3, skip, xs, zs, to, shape);
    }

    /// <summary>y = (Y + D x) SiLU(z) for four neighbors.</summary>
    private static void Gate(ScanChunk chunk, int t, int column, int head, Float4 y, float skip, long x, long z, long output, ScanShape shape)
    {
        if (t >= chunk.Length)
        {
            return;
        }

        var isVector = shape.IsVector != 0;
        var token = chunk.Token + t;
        var input = AddressRows.LoadRow(x + (token * shape.XToken), column, shape.HeadSize, isVector);
        var gate = AddressRows.LoadRow(z + (token * shape.ZToken), column, shape.HeadSize, isVector);
        var sum = Tile4x4.Fma(skip, input, y);
        var open = new Float4(
            SimdMath.Silu<DeviceScalar, float>(gate.X), SimdMath.Silu<DeviceScalar, float>(gate.Y), SimdMath.Silu<DeviceScalar, float>(gate.Z), SimdMath.Silu<DeviceScalar, float>(gate.W));
        var to = output + (4 * ((((long)token * shape.Heads) + head) * shape.HeadSize));
        AddressRows.StoreRow(to, column, shape.HeadSize, isVector, Tile4x4.Multiply(sum, open));
    }
}
