using System.Runtime.InteropServices;
using System.Text.Json;
using PlamoNative.PtxEmulator.Numerics;
using Xunit;

namespace PlamoNative.PtxEmulator.Tests.Numerics;

public sealed class MatrixMoveTests
{
    [Fact]
    public void Every_table_of_the_oracle_is_the_rule()
    {
        var count = 0;
        foreach (var table in Oracle.Load("matrix_moves.json").GetProperty("tables").EnumerateArray())
        {
            var transposed = table.GetProperty("trans").GetBoolean();
            var elements = table.GetProperty("element[lane][register][half]=[matrix,row,col]");
            for (var matrix = 0; matrix < table.GetProperty("num").GetInt32(); matrix++)
            {
                for (var row = 0; row < 8; row++)
                {
                    Assert.Equal(table.GetProperty("addressLane[matrix][row]")[matrix][row].GetInt32(), MatrixMoves.AddressLane(matrix, row));
                }

                for (var lane = 0; lane < 32; lane++)
                {
                    for (var half = 0; half < 2; half++)
                    {
                        var element = elements[lane][matrix][half];
                        var (row, column) = MatrixMoves.Element(lane, half, transposed);
                        Assert.Equal((element[0].GetInt32(), element[1].GetInt32(), element[2].GetInt32()), (matrix, row, column));
                    }
                }
            }

            count++;
        }

        Assert.Equal(6, count);
    }

    [Fact]
    public void Every_move_of_the_oracle_comes_out()
    {
        var count = 0;
        foreach (var vector in Oracle.Load("matrix_moves.json").GetProperty("vectors").EnumerateArray())
        {
            Run(vector);
            count++;
        }

        Assert.Equal(13, count);
    }

    [Fact]
    public void A_row_that_is_misaligned_or_outside_is_named()
    {
        var addresses = new uint[32];
        addresses[3] = 8;
        var shared = new byte[256];
        var misaligned = Assert.Throws<PtxRuleException>(() => MatrixMoves.Load(1, false, addresses, shared, new uint[32]));
        Assert.Contains("lane 3", misaligned.Message, StringComparison.Ordinal);
        addresses[3] = 256;
        var outside = Assert.Throws<PtxRuleException>(() => MatrixMoves.Load(1, false, addresses, shared, new uint[32]));
        Assert.Contains("outside", outside.Message, StringComparison.Ordinal);
        addresses[3] = 0;
        addresses[8] = 7;
        MatrixMoves.Load(1, false, addresses, shared, new uint[32]);
    }

    private static void Run(JsonElement vector)
    {
        var op = vector.GetProperty("op").GetString()!;
        var transposed = op.Contains(".trans", StringComparison.Ordinal);
        if (op.StartsWith("movmatrix", StringComparison.Ordinal))
        {
            uint[] a = [.. vector.GetProperty("a").EnumerateArray().Select(item => item.Hex())];
            MatrixMoves.Transpose(a, a);
            Assert.Equal(vector.GetProperty("d").EnumerateArray().Select(item => item.Hex()), a);
            return;
        }

        var count = op[op.IndexOf(".x", StringComparison.Ordinal) + 2] - '0';
        var addresses = vector.GetProperty("address").UInt32s();
        var shared = Memory(vector.GetProperty("memory16").GetString()!);
        var registers = vector.GetProperty("registers").Registers();
        if (op.StartsWith("ldmatrix", StringComparison.Ordinal))
        {
            var d = new uint[count * 32];
            MatrixMoves.Load(count, transposed, addresses, shared, d);
            Assert.Equal(registers, d);
        }
        else
        {
            MatrixMoves.Store(count, transposed, addresses, registers, shared);
            Assert.Equal(Memory(vector.GetProperty("memory16After").GetString()!), shared);
        }
    }

    private static byte[] Memory(string hex)
    {
        var words = new ushort[hex.Length / 4];
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = (ushort)Oracle.Hex(hex.Substring(4 * i, 4));
        }

        return MemoryMarshal.AsBytes(words.AsSpan()).ToArray();
    }
}
