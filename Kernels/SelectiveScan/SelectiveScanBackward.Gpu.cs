using ILGPU;
using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>
/// The scan's backward pass on a GPU, after the forward pass's stages up to the entering states: <see cref="Gate"/>, ChunkStates of G and C, <see cref="PassGradients"/>,
/// <see cref="Carry"/>, <see cref="Outputs"/>, <see cref="Inputs"/>, <see cref="Maps"/>, <see cref="SumGroups"/>, <see cref="Steps"/>, <see cref="HeadSums"/>. Formulas: README.md.
/// </summary>
internal static partial class SelectiveScanBackwardKernels
{
    /// <summary>Dot products of rows that <see cref="Outputs"/> and <see cref="Inputs"/> leave, [chunk, head, kind, panel of p, 64].</summary>
    public const int Kinds = 4;

    private const int Entering = 0;
    private const int Leaving = 1;
    private const int OfStep = 2;
    private const int OfSkip = 3;

    /// <summary>G = dy SiLU(z), dense [T, H, P]. Grid (elements / 256).</summary>
    [GpuKernel(TileProduct64.Threads)]
    public static void Gate(ArrayView<float> z, ArrayView<float> outputGradient, ArrayView<float> gated, ScanShape shape, ScanGradientShape gradients)
    {
        var element = ((long)Grid.IdxX * TileProduct64.Threads) + Group.IdxX;
        var row = element / shape.HeadSize;
        if (row >= (long)gradients.Tokens * shape.Heads)
        {
            return;
        }

        var p = element - (row * shape.HeadSize);
        var token = row / shape.Heads;
        var head = row - (token * shape.Heads);
        var open = AddressMemory.Load(AddressRows.AddressOf(ref z[0]) + (token * shape.ZToken) + (head * shape.ZHead) + (4 * p));
        var gradient = AddressMemory.Load(AddressRows.AddressOf(ref outputGradient[0]) + (token * gradients.OutputToken) + (head * gradients.OutputHead) + (4 * p));
        gated[element] = FastMath.Multiply(gradient, SimdMath.Silu<DeviceScalar, float>(open));
    }

    /// <summary>
    /// Walks a sequence's chunks backwards: each chunk's own part in <paramref name="states"/> is replaced by the gradient of the state that leaves it. Begins with
    /// <paramref name="final"/> [sequences, H, P, N], or zeros; <paramref name="initial"/>, where it has a length, gets the last. Grid as PassStates.
    /// </summary>
    [GpuKernel(TileProduct64.Threads)]
    public static void PassGradients(ArrayView<long> sequences, ArrayView<float> decays, ArrayView<float> states, ArrayView<float> final, ArrayView<float> initial, ScanShape shape)
    {
        var size = (long)shape.HeadSize * shape.StateSize;
        var element = ((long)Grid.IdxX * TileProduct64.Threads) + Group.IdxX;
        if (element >= size)
        {
            return;
        }

        var at = Grid.IdxZ * ScanTable.Fields;
        var chunks = ((int)sequences[at + ScanTable.Length] + shape.Chunk - 1) / shape.Chunk;
        var place = ((sequences[at] + chunks - 1) * shape.Heads) + Grid.IdxY;
        var own = ((((long)Grid.IdxZ * shape.Heads) + Grid.IdxY) * size) + element;
        var gradient = 0f;
        if (final.Length > 0)
        {
            gradient = final[own];
        }

        for (var chunk = 0; chunk < chunks; chunk++)
        {
            var total = SimdMath.Exp<DeviceScalar, float>(decays[(place * ScanChunk.DecayArrays * TileProduct64.Size) + (2 * TileProduct64.Size) - 1]);
            var part = states[(place * size) + element];
            states[(place * size) + element] = gradient;
            gradient = FastMath.Fma(total, gradient, part);
            place -= shape.Heads;
        }

        if (initial.Length > 0)
        {
            initial[own] = gradient;
        }
    }

    /// <summary><c>carry[chunk, head] = exp(l_Q) ⟨R, S⟩</c>. Threads take every 256th element, then fold in halves. Grid (chunk, head).</summary>
    [GpuKernel(TileProduct64.Threads)]
    public static void Carry(ArrayView<float> decays, ArrayView<float> states, ArrayView<float> leaving, ArrayView<float> carry, ScanShape shape)
    {
        var place = ((long)Grid.IdxX * shape.Heads) + Grid.IdxY;
        var size = (long)shape.HeadSize * shape.StateSize;
        var sum = 0f;
        for (long i = Group.IdxX; i < size; i += TileProduct64.Threads)
        {
            sum = FastMath.Fma(states[(place * size) + i], leaving[(place * size) + i], sum);
        }

        sum = BlockReduce.Sum(sum);
        if (Group.IdxX == 0)
        {
            var total = SimdMath.Exp<DeviceScalar, float>(decays[(place * ScanChunk.DecayArrays * TileProduct64.Size) + (2 * TileProduct64.Size) - 1]);
            carry[place] = FastMath.Multiply(total, sum);
        }
    }

    /// <summary>Y again, dz = dy (Y + D x) SiLU'(z), and what the entering state means to the decay. Grid (chunk, head, panel of p).</summary>
    [GpuKernel(TileProduct64.Threads)]
    public static void Outputs(
        ArrayView<long> sequences,
        ArrayView<float> x,
        ArrayView<float> z,
        ArrayView<float> c,
        ArrayView<float> d,
        ArrayView<float> decays,
        ArrayView<float> products,
        ArrayView<float> states,
        ArrayView<float> gated,
        ArrayView<float> outputGradient,
        ArrayView<float> zGradient,
        ArrayView<float> dots,
        ScanShape shape,
        ScanGradientShape gradients)
    {
        var memory = SharedMemory.Allocate<Float4>(TileProduct64.MemoryVectors);
        var weights = SharedMemory.Allocate<Float4>(TileProduct64.MemoryVectors);
        var maps = SharedMemory.Allocate<long>(TileProduct64.Size);
        var rows = SharedMemory.Allocate<long>(TileProduct64.Size);
        var chunk = ScanChunk.Of(sequences, Grid.IdxX, shape);
        var head = Grid.IdxY;
        var p = TileProduct64.Size * Grid.IdxZ;
        var own = SelectiveScanKernels.OutputOf(sequences, c, decays, products, states, x, chunk, head, p, maps, rows, memory, weights, shape, out var entering);
        var column = p + (4 * TileProduct64.ColumnGroup);
        var t = 4 * TileProduct64.RowGroup;
        var isDense = shape.HeadSize % 4 == 0;
        var start = AddressRows.AddressOf(ref gated[0]) + (4L * head * shape.HeadSize);
        var step = 4L * shape.Heads * shape.HeadSize;
        StoreDot(dots, DotPlace(chunk, head, Entering, shape) + t, Tile4x4.Dot(AddressRows.LoadRow(TokenRow(chunk, t, start, step), column, shape.HeadSize, isDense), entering.Row0, 0f));
        StoreDot(dots, DotPlace(chunk, head, Entering, shape) + t + 1, Tile4x4.Dot(AddressRows.LoadRow(TokenRow(chunk, t + 1, start, step), column, shape.HeadSize, isDense), entering.Row1, 0f));
        StoreDot(dots, DotPlace(chunk, head, Entering, shape) + t + 2, Tile4x4.Dot(AddressRows.LoadRow(TokenRow(chunk, t + 2, start, step), column, shape.HeadSize, isDense), entering.Row2, 0f));
        StoreDot(dots, DotPlace(chunk, head, Entering, shape) + t + 3, Tile4x4.Dot(AddressRows.LoadRow(TokenRow(chunk, t + 3, start, step), column, shape.HeadSize, isDense), entering.Row3, 0f));
        var skip = d[head];
        var xs = AddressRows.AddressOf(ref x[0]) + (head * shape.XHead);
        var zs = AddressRows.AddressOf(ref z[0]) + (head * shape.ZHead);
        var ys = AddressRows.AddressOf(ref outputGradient[0]) + (head * gradients.OutputHead);
        var to = AddressRows.AddressOf(ref zGradient[0]) + (head * gradients.ZHead);
        GateGradient(chunk, t, column, own.Row0, skip, xs, zs, ys, to, shape, gradients);
        GateGradient(chunk, t + 1, column, own.Row1, skip, xs, zs, ys, to, shape, gradients);
        GateGradient(chunk, t + 2, column, own.Row2, skip, xs, zs, ys, to, shape, gradients);
        GateGradient(chunk, t + 3, column, own.Row3, skip, xs, zs, ys, to, shape, gradients);
    }

    /// <summary>
    /// The gradient of Δ x, the scan from the chunk's end with R as its state and B in the place of C; from it dx = Δ d(Δ x) + D G, and three dot products of rows. Grid as
    /// <see cref="Outputs"/>.
    /// </summary>
    [GpuKernel(TileProduct64.Threads)]
    public static void Inputs(
        ArrayView<long> sequences,
        ArrayView<float> x,
        ArrayView<float> b,
        ArrayView<float> d,
        ArrayView<float> decays,
        ArrayView<float> products,
        ArrayView<float> leaving,
        ArrayView<float> gated,
        ArrayView<float> xGradient,
        ArrayView<float> dots,
        ScanShape shape,
        ScanGradientShape gradients)
    {
        var memory = SharedMemory.Allocate<Float4>(TileProduct64.MemoryVectors);
        var weights = SharedMemory.Allocate<Float4>(TileProduct64.MemoryVectors);
        var maps = SharedMemory.Allocate<long>(TileProduct64.Size);
        var rows = SharedMemory.Allocate<long>(TileProduct64.Size);
        var chunk = ScanChunk.Of(sequences, Grid.IdxX, shape);
        var head = Grid.IdxY;
        var p = TileProduct64.Size * Grid.IdxZ;
        var s = 4 * TileProduct64.RowGroup;
        var column = p + (4 * TileProduct64.ColumnGroup);
        chunk.Rows(maps, ref b[0], shape.BToken, 0);
        SelectiveScanKernels.StateRows(rows, AddressRows.AddressOf(ref leaving[chunk.State(head, shape)]), p, shape);
        var sum = TileProduct64.Dots(maps, rows, shape.StateSize, shape.IsMapVector != 0, 1f, memory);
        sum = Tile4x4.ScaleRows(sum, ToExit(decays, chunk.Decays(head, shape), s));

        var steps = SelectiveScanKernels.ReadFour(decays, chunk.Decays(head, shape) + s);
        var xs = AddressRows.AddressOf(ref x[0]) + (head * shape.XHead);
        var isVector = shape.IsVector != 0;
        var x0 = AddressRows.LoadRow(TokenRow(chunk, s, xs, shape.XToken), column, shape.HeadSize, isVector);
        var x1 = AddressRows.LoadRow(TokenRow(chunk, s + 1, xs, shape.XToken), column, shape.HeadSize, isVector);
        var x2 = AddressRows.LoadRow(TokenRow(chunk, s + 2, xs, shape.XToken), column, shape.HeadSize, isVector);
        var x3 = AddressRows.LoadRow(TokenRow(chunk, s + 3, xs, shape.XToken), column, shape.HeadSize, isVector);
        var place = DotPlace(chunk, head, Leaving, shape) + s;
        StoreDot(dots, place, FastMath.Multiply(steps.X, Tile4x4.Dot(x0, sum.Row0, 0f)));
        StoreDot(dots, place + 1, FastMath.Multiply(steps.Y, Tile4x4.Dot(x1, sum.Row1, 0f)));
        StoreDot(dots, place + 2, FastMath.Multiply(steps.Z, Tile4x4.Dot(x2, sum.Row2, 0f)));
        StoreDot(dots, place + 3, FastMath.Multiply(steps.W, Tile4x4.Dot(x3, sum.Row3, 0f)));

        Group.Barrier();
        chunk.Rows(rows, ref gated[0], 4L * shape.Heads * shape.HeadSize, 4L * head * shape.HeadSize);
        TileProduct64.StoreTransposed(SelectiveScanKernels.Weights(products, decays, chunk, head, shape, false), weights);
        sum = TileProduct64.Accumulate(sum, weights, rows, p, shape.HeadSize, shape.HeadSize % 4 == 0, memory, s, (chunk.Length + 3) & ~3);

        place = DotPlace(chunk, head, OfStep, shape) + s;
        StoreDot(dots, place, Tile4x4.Dot(x0, sum.Row0, 0f));
        StoreDot(dots, place + 1, Tile4x4.Dot(x1, sum.Row1, 0f));
        StoreDot(dots, place + 2, Tile4x4.Dot(x2, sum.Row2, 0f));
        StoreDot(dots, place + 3, Tile4x4.Dot(x3, sum.Row3, 0f));
        place = DotPlace(chunk, head, OfSkip, shape) + s;
        var skip = d[head];
        StoreInput(chunk, s, head, column, sum.Row0, x0, steps.X, skip, gated, xGradient, dots, place, shape, gradients);
        StoreInput(chunk, s + 1, head, column, sum.Row1, x1, steps.Y, skip, gated, xGradient, dots, place + 1, shape, gradients);
        StoreInput(chunk, s + 2, head, column, sum.Row2, x2, steps.Z, skip, gated, xGradient, dots, place + 2, shape, gradients);
        StoreInput(chunk, s + 3, head, column, sum.Row3, x3, steps.W, skip, gated, xGradient, dots, place + 3, shape, gradients);
    }

    private static void GateGradient(
        ScanChunk chunk, int t, int column, Float4 y, float skip, long x, long z, long outputGradient, long zGradient, ScanShape shape, ScanGradientShape gradients)
    {
        var isVector = shape.IsVector != 0;
        var whole = Tile4x4.Fma(skip, AddressRows.LoadRow(TokenRow(chunk, t, x, shape.XToken), column, shape.HeadSize, isVector), y);
        var open = AddressRows.LoadRow(TokenRow(chunk, t, z, shape.ZToken), column, shape.HeadSize, isVector);
        var gradient = AddressRows.LoadRow(TokenRow(chunk, t, outputGradient, gradients.OutputToken), column, shape.HeadSize, isVector);
        var slope = new Float4(SiluSlope(open.X), SiluSlope(open.Y), SiluSlope(open.Z), SiluSlope(open.W));
        AddressRows.StoreRow(
            TokenRow(chunk, t, zGradient, gradients.ZToken), column, shape.HeadSize, isVector, Tile4x4.Multiply(Tile4x4.Multiply(gradient, slope), whole));
    }

    /// <summary>SiLU'(z) = σ(z) (1 + z (1 - σ(z))).</summary>
    private static float SiluSlope(float z)
    {
        var sigmoid = SimdMath.Sigmoid<DeviceScalar, float>(z);
        return FastMath.Multiply(sigmoid, FastMath.Fma(z, FastMath.Subtract(1f, sigmoid), 1f));
    }

    private static void StoreInput(
        ScanChunk chunk,
        int s,
        int head,
        int column,
        Float4 gradient,
        Float4 x,
        float step,
        float skip,
        ArrayView<float> gated,
        ArrayView<float> xGradient,
        ArrayView<float> dots,
        long place,
        ScanShape shape,
        ScanGradientShape gradients)
    {
        var from = AddressRows.AddressOf(ref gated[0]) + (4L * head * shape.HeadSize);
        var open = AddressRows.LoadRow(TokenRow(chunk, s, from, 4L * shape.Heads * shape.HeadSize), column, shape.HeadSize, shape.HeadSize % 4 == 0);
        StoreDot(dots, place, Tile4x4.Dot(x, open, 0f));
        var to = TokenRow(chunk, s, AddressRows.AddressOf(ref xGradient[0]) + (head * gradients.XHead), gradients.XToken);
        AddressRows.StoreRow(to, column, shape.HeadSize, shape.IsVector != 0, Tile4x4.Fma(step, gradient, Tile4x4.Multiply(skip, open)));
    }

    private static long TokenRow(ScanChunk chunk, int t, long start, long tokenStride) => t < chunk.Length ? start + ((chunk.Token + t) * tokenStride) : 0;

    private static long DotPlace(ScanChunk chunk, int head, int kind, ScanShape shape)
    {
        var panels = (shape.HeadSize + TileProduct64.Size - 1) / TileProduct64.Size;
        return (((((((long)chunk.Index * shape.Heads) + head) * Kinds) + kind) * panels) + Grid.IdxZ) * TileProduct64.Size;
    }

    /// <summary>Adds the parts of the 16 threads that share a row.</summary>
    private static void StoreDot(ArrayView<float> dots, long place, float part)
    {
        var sum = TileProduct64.SumOfRow(part);
        if (TileProduct64.ColumnGroup == 0)
        {
            dots[place] = sum;
        }
    }

    /// <summary>exp(l_Q - l_s) of four tokens.</summary>
    private static Float4 ToExit(ArrayView<float> decays, long at, int s)
    {
        var high = SelectiveScanKernels.ReadFour(decays, at + TileProduct64.Size + s);
        var low = SelectiveScanKernels.ReadFour(decays, at + (2 * TileProduct64.Size) + s);
        var last = at + (2 * TileProduct64.Size) - 1;
        var (highest, lowest) = (decays[last], decays[last + TileProduct64.Size]);
        return new Float4(
            ScanChunk.Decay(highest, lowest, high.X, low.X),
            ScanChunk.Decay(highest, lowest, high.Y, low.Y),
            ScanChunk.Decay(highest, lowest, high.Z, low.Z),
            ScanChunk.Decay(highest, lowest, high.W, low.W));
    }
}
