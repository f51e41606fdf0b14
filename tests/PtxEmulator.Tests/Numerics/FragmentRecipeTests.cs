using System.Runtime.InteropServices;
using PlamoNative.PtxEmulator.Numerics;
using Xunit;

namespace PlamoNative.PtxEmulator.Tests.Numerics;

/// <summary>
/// The usual ways from shared memory to the fragments of m16n8k16, composed of the maps alone: element (row, column) holds 256·row + column.
/// </summary>
public sealed class FragmentRecipeTests
{
    private static readonly MmaShape Shape = new(16, 8, 16);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Four_matrices_make_the_fragment_of_A(bool byColumns)
    {
        var d = Load(4, byColumns, 16, 16, lane => byColumns ? (lane % 8 + 8 * (lane / 16), 8 * (lane / 8 % 2)) : (lane % 16, 8 * (lane / 16)));
        for (var lane = 0; lane < 32; lane++)
        {
            for (var i = 0; i < Shape.ElementsA; i++)
            {
                var (row, k) = Shape.ElementA(lane, i, MatrixType.BF16);
                Assert.Equal(byColumns ? 256 * k + row : 256 * row + k, Half(d, i, lane));
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Two_matrices_make_the_fragment_of_B(bool byRows)
    {
        var d = Load(2, byRows, byRows ? 16 : 8, byRows ? 8 : 16, lane => byRows ? (lane % 16, 0) : (lane % 8, 8 * (lane / 8 % 2)));
        for (var lane = 0; lane < 32; lane++)
        {
            for (var i = 0; i < Shape.ElementsB; i++)
            {
                var (k, column) = MmaShape.ElementB(lane, i, MatrixType.BF16);
                Assert.Equal(byRows ? 256 * k + column : 256 * column + k, Half(d, i, lane));
            }
        }
    }

    [Fact]
    public void A_store_undoes_a_load_and_a_transposition_itself()
    {
        var random = new Random(8);
        var shared = new byte[512];
        random.NextBytes(shared);
        uint[] addresses = [.. Enumerable.Range(0, 32).Select(lane => (uint)(lane * 7 % 32 * 16))];
        foreach (var transposed in (ReadOnlySpan<bool>)[false, true])
        {
            var (d, copy) = (new uint[128], new byte[512]);
            MatrixMoves.Load(4, transposed, addresses, shared, d);
            MatrixMoves.Store(4, transposed, addresses, d, copy);
            Assert.Equal(shared, copy);
            var once = new uint[32];
            MatrixMoves.Transpose(d.AsSpan(0, 32), once);
            MatrixMoves.Transpose(once, once);
            Assert.Equal(d[..32], once);
        }
    }

    [Fact]
    public void A_product_of_a_warp_allocates_nothing()
    {
        uint[] a = [.. Enumerable.Repeat(0x3F803F80u, 128)];
        var (b, d) = (a[..64], new uint[128]);
        var instruction = new MmaInstruction(Shape, MatrixType.BF16, MatrixType.BF16, MatrixType.F32);
        Mma.Execute(instruction, a, b, d, d, AccumulationModel.Ampere);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 1; i < 10; i++)
        {
            Mma.Execute(instruction, a, b, d, d, AccumulationModel.Ampere);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.All(d, value => Assert.Equal(160f, BitConverter.UInt32BitsToSingle(value)));
    }

    private static uint[] Load(int count, bool transposed, int rows, int columns, Func<int, (int Row, int Column)> address)
    {
        var matrix = new ushort[rows * columns];
        for (var i = 0; i < matrix.Length; i++)
        {
            matrix[i] = (ushort)(256 * (i / columns) + i % columns);
        }

        uint[] addresses = [.. Enumerable.Range(0, 32).Select(lane => (uint)(2 * (address(lane).Row * columns + address(lane).Column)))];
        var d = new uint[count * 32];
        MatrixMoves.Load(count, transposed, addresses, MemoryMarshal.AsBytes(matrix.AsSpan()), d);
        return d;
    }

    private static int Half(uint[] registers, int element, int lane) => (ushort)(registers[element / 2 * 32 + lane] >> (16 * (element % 2)));
}
