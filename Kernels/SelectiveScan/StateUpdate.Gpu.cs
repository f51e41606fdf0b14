using ILGPU;
using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <content>The recurrence token by token, for few tokens of many sequences: a state is read and written once a token.</content>
internal static partial class SelectiveScanKernels
{
    /// <summary>Rows of a state that a block of <see cref="Step"/> advances; eight threads share one.</summary>
    public const int RowsOfStep = SmallThreads / 8;

    /// <summary>
    /// Output and states in place. Grid (sequence times H + head, rows of P / 16). S C: a thread adds its elements in order, eight threads fold in halves.
    /// </summary>
    [GpuKernel(SmallThreads)]
    public static void Step(
        ArrayView<long> sequences,
        ArrayView<float> x,
        ArrayView<float> z,
        ArrayView<float> dt,
        ArrayView<float> dtBias,
        ArrayView<float> aLog,
        ArrayView<float> b,
        ArrayView<float> c,
        ArrayView<float> d,
        ArrayView<float> output,
        ScanShape shape)
    {
        var sequence = Grid.IdxX / shape.Heads;
        var head = Grid.IdxX - (sequence * shape.Heads);
        var at = sequence * ScanTable.Fields;
        var first = (int)sequences[at + ScanTable.FirstToken];
        var length = (int)sequences[at + ScanTable.Length];
        var p = (RowsOfStep * Grid.IdxY) + (Group.IdxX >> 3);
        var isRow = p < shape.HeadSize;
        var state = isRow ? sequences[at + ScanTable.State] + (4 * ((((long)head * shape.HeadSize) + p) * shape.StateSize)) : 0;
        var isVector = shape.IsMapVector != 0;
        var a = -SimdMath.Exp<DeviceScalar, float>(aLog[head]);
        for (var token = first; token < first + length; token++)
        {
            var step = SimdMath.Softplus<DeviceScalar, float>(
                FastMath.Add(AddressMemory.Load(AddressRows.AddressOf(ref dt[0]) + (token * shape.DtToken) + (4L * head)), dtBias[head]));
            var decay = SimdMath.Exp<DeviceScalar, float>((float)((double)step * a));
            var input = 0f;
            if (isRow)
            {
                input = AddressMemory.Load(AddressRows.AddressOf(ref x[0]) + (token * shape.XToken) + (head * shape.XHead) + (4L * p));
            }

            var scaled = FastMath.Multiply(step, input);
            var (bs, cs) = (AddressRows.AddressOf(ref b[0]) + (token * shape.BToken), AddressRows.AddressOf(ref c[0]) + (token * shape.CToken));
            var sum = 0f;
            for (var n = 4 * (Group.IdxX & 7); n < shape.StateSize; n += 32)
            {
                var old = Tile4x4.Multiply(decay, AddressRows.LoadRow(state, n, shape.StateSize, isVector));
                var next = Tile4x4.Fma(scaled, AddressRows.LoadRow(bs, n, shape.StateSize, isVector), old);
                AddressRows.StoreRow(state, n, shape.StateSize, isVector, next);
                sum = Tile4x4.Dot(next, AddressRows.LoadRow(cs, n, shape.StateSize, isVector), sum);
            }

            sum = FastMath.Add(sum, WarpOperations.ShuffleXor(sum, 4));
            sum = FastMath.Add(sum, WarpOperations.ShuffleXor(sum, 2));
            sum = FastMath.Add(sum, WarpOperations.ShuffleXor(sum, 1));
            if (isRow && (Group.IdxX & 7) == 0)
            {
                var gate = AddressMemory.Load(AddressRows.AddressOf(ref z[0]) + (token * shape.ZToken) + (head * shape.ZHead) + (4L * p));
                output[((((long)token * shape.Heads) + head) * shape.HeadSize) + p] =
                    FastMath.Multiply(FastMath.Fma(d[head], input, sum), SimdMath.Silu<DeviceScalar, float>(gate));
            }
        }
    }
}
