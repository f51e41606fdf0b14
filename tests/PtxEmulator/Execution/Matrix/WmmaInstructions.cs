using PlamoNative.PtxEmulator.Numerics;
using PlamoNative.PtxEmulator.Parsing;

namespace PlamoNative.PtxEmulator.Execution;

/// <summary>
/// A fragment of wmma in a layout of ours: with E = rows · columns / 32 elements a lane, element i of a lane is number lane · E + i of the matrix, row
/// by row. Registers that hold more repeat the first ones, so that programs which treat every element alike stay right.
/// </summary>
internal readonly record struct WmmaFragment(int Rows, int Columns, MatrixType Type, int Registers)
{
    internal int ElementBytes => Type == MatrixType.F64 ? 8 : Type.Bits() / 8;

    internal int PerRegister => Type == MatrixType.F64 ? 1 : 32 / Type.Bits();

    internal int Held => Registers * PerRegister;

    internal int Own => Rows * Columns / Warp.Lanes;

    internal bool IsValid => Own > 0 && Held >= Own && Held % Own == 0;

    internal (int Row, int Column) Place(int lane, int i)
    {
        var number = (lane * Own) + (i % Own);
        return (number / Columns, number % Columns);
    }
}

/// <summary><c>wmma.load</c> and <c>wmma.store</c>.</summary>
internal sealed unsafe class WmmaMove(WmmaFragment fragment, bool isRowMajor, AddressSource address, StateSpace space, Source stride, Source[] sources, int[] destinations)
    : WholeWarpInstruction
{
    internal override void Execute(Warp warp, uint mask)
    {
        Span<ulong> bases = stackalloc ulong[Warp.Lanes];
        new ReadOnlySpan<ulong>(address.Evaluate(warp), Warp.Lanes).CopyTo(bases);
        var isLoad = destinations.Length > 0;
        var bytes = fragment.ElementBytes;
        for (var i = 0; i < (isLoad ? fragment.Held : fragment.Own); i++)
        {
            for (var lane = 0; lane < Warp.Lanes; lane++)
            {
                var (row, column) = fragment.Place(lane, i);
                var step = stride.Of<uint>(warp)[lane];
                warp.Addresses[lane] = bases[lane] + ((ulong)bytes * (isRowMajor ? ((ulong)row * step) + (ulong)column : ((ulong)column * step) + (ulong)row));
            }

            var good = warp.Resolve(this, space, mask, bytes, isLoad ? AccessKind.Read : AccessKind.Write);
            for (var lane = 0; lane < Warp.Lanes; lane++)
            {
                if (((good >> lane) & 1) == 0)
                {
                    continue;
                }

                var register = isLoad ? warp.Registers + destinations[i / fragment.PerRegister] : sources[i / fragment.PerRegister].Of<byte>(warp);
                var place = register + (lane * (bytes == 8 ? 8 : 4)) + (i % fragment.PerRegister * bytes);
                if (isLoad)
                {
                    Buffer.MemoryCopy(warp.Pointers[lane], place, bytes, bytes);
                }
                else
                {
                    Buffer.MemoryCopy(place, warp.Pointers[lane], bytes, bytes);
                }
            }
        }
    }
}

/// <summary><c>wmma.mma</c>.</summary>
internal sealed unsafe class WmmaMultiply(WmmaFragment[] fragments, bool saturates, AccumulationModel model, int[] d, Source[] a, Source[] b, Source[] c) : WholeWarpInstruction
{
    internal override void Execute(Warp warp, uint mask)
    {
        warp.Block.Counters.MatrixInstructions++;
        var (m, n, k) = (fragments[0].Rows, fragments[0].Columns, fragments[1].Columns);
        var codesA = new ulong[m * k];
        var codesB = new ulong[k * n];
        var accumulator = new ulong[m * n];
        Gather(warp, fragments[1], a, codesA);
        Gather(warp, fragments[2], b, codesB);
        Gather(warp, fragments[3], c, accumulator);
        if (fragments[1].Type == MatrixType.F64)
        {
            MultiplyDouble(m, n, k, codesA, codesB, accumulator);
        }
        else
        {
            Multiply(m, n, k, codesA, codesB, accumulator);
        }

        for (var i = 0; i < fragments[0].Held; i++)
        {
            var fragment = fragments[0];
            for (var lane = 0; lane < Warp.Lanes; lane++)
            {
                var (row, column) = fragment.Place(lane, i);
                var value = accumulator[(row * n) + column];
                var place = warp.Registers + d[i / fragment.PerRegister] + (lane * (fragment.ElementBytes == 8 ? 8 : 4)) + (i % fragment.PerRegister * fragment.ElementBytes);
                Buffer.MemoryCopy(&value, place, 8, fragment.ElementBytes);
            }
        }
    }

    private void Multiply(int m, int n, int k, ulong[] codesA, ulong[] codesB, ulong[] accumulator)
    {
        var x = Array.ConvertAll(codesA, code => (uint)code);

        var y = Array.ConvertAll(codesB, code => (uint)code);
        var (typeD, typeC) = (fragments[0].Type, fragments[3].Type);
        var sums = Array.ConvertAll(accumulator, code => typeC == typeD || typeC != MatrixType.F16 ? (uint)code : BitConverter.SingleToUInt32Bits(F16.ToSingle((ushort)code)));
        if (fragments[1].Type.IsInteger())
        {
            IntegerProduct.Execute(fragments[1].Type, fragments[2].Type, m, n, k, x, y, sums, saturates);
        }
        else
        {
            var type = typeC == typeD ? typeD : MatrixType.F32;
            TensorProduct.Execute(AccumulationPlan.For(model, TensorUnit.Mma, fragments[1].Type), fragments[1].Type, fragments[2].Type, type, m, n, k, x, y, sums);
        }

        for (var i = 0; i < sums.Length; i++)
        {
            accumulator[i] = typeC != typeD && typeD == MatrixType.F16 ? F16.FromDouble(BitConverter.UInt32BitsToSingle(sums[i])) : sums[i];
        }
    }

    private static void MultiplyDouble(int m, int n, int k, ulong[] codesA, ulong[] codesB, ulong[] accumulator)
    {
        for (var row = 0; row < m; row++)
        {
            for (var column = 0; column < n; column++)
            {
                var sum = BitConverter.UInt64BitsToDouble(accumulator[(row * n) + column]);
                for (var i = 0; i < k; i++)
                {
                    sum = F64.MultiplyAdd(BitConverter.UInt64BitsToDouble(codesA[(row * k) + i]), BitConverter.UInt64BitsToDouble(codesB[(i * n) + column]), sum);
                }

                accumulator[(row * n) + column] = BitConverter.DoubleToUInt64Bits(sum);
            }
        }
    }

    private static void Gather(Warp warp, in WmmaFragment fragment, Source[] registers, ulong[] into)
    {
        for (var i = 0; i < fragment.Own; i++)
        {
            for (var lane = 0; lane < Warp.Lanes; lane++)
            {
                var (row, column) = fragment.Place(lane, i);
                ulong value = 0;
                var place = registers[i / fragment.PerRegister].Of<byte>(warp) + (lane * (fragment.ElementBytes == 8 ? 8 : 4)) + (i % fragment.PerRegister * fragment.ElementBytes);
                Buffer.MemoryCopy(place, &value, 8, fragment.ElementBytes);
                into[(row * fragment.Columns) + column] = value;
            }
        }
    }
}
