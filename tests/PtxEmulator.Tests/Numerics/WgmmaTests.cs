using System.Text.Json;
using PlamoNative.PtxEmulator.Numerics;
using Xunit;

namespace PlamoNative.PtxEmulator.Tests.Numerics;

public sealed class WgmmaTests
{
    [Fact]
    public void Every_register_of_the_oracle_lies_where_the_rule_says()
    {
        var root = Oracle.Load("wgmma_registers.json");
        foreach (var table in root.GetProperty("accumulator").GetProperty("tables").EnumerateObject())
        {
            Check(table.Value, int.Parse(table.Name) / 2, WgmmaInstruction.ElementD);
        }

        Check(root.GetProperty("aFromRegisters").GetProperty("tf32"), 4, (t, i) => WgmmaInstruction.ElementA(t, i, MatrixType.TF32));
        Check(root.GetProperty("aFromRegisters").GetProperty("f16"), 8, (t, i) => WgmmaInstruction.ElementA(t, i, MatrixType.BF16));
        Check(root.GetProperty("aFromRegisters").GetProperty("b8"), 16, (t, i) => WgmmaInstruction.ElementA(t, i, MatrixType.E4M3));
    }

    [Fact]
    public void Every_element_of_every_tile_is_addressed_by_its_descriptor()
    {
        var count = 0;
        foreach (var tile in Oracle.Load("wgmma_tiles.json").GetProperty("tiles").EnumerateArray())
        {
            var (bytes, k) = (tile.GetProperty("elementBytes").GetInt32(), tile.GetProperty("k").GetInt32());
            var mnMajor = tile.GetProperty("major").GetString() == "MN";
            var step = 32 / bytes;
            for (var s = 0; s < k / step; s++)
            {
                var bits = tile.GetProperty("descriptorsForStart0")[s].Hex64();
                var descriptor = MatrixDescriptor.Decode(bits);
                Assert.Equal(bits, descriptor.Encode());
                Assert.Equal((uint)tile.GetProperty("kStepStartBytes")[s].GetInt32(), descriptor.Start);
                Assert.Equal((uint)tile.GetProperty("strideByteOffset").GetInt32(), descriptor.StrideBytes);
                Assert.Equal((uint)tile.GetProperty("leadingByteOffset").GetInt32(), descriptor.LeadingBytes);
                for (var x = 0; x < tile.GetProperty("mn").GetInt32(); x++)
                {
                    var row = tile.GetProperty("byteOffset[mn][k]")[x];
                    for (var i = 0; i < step; i++)
                    {
                        Assert.Equal(row[s * step + i].GetUInt32(), descriptor.Address(mnMajor, x, i, bytes));
                    }
                }
            }

            count++;
        }

        Assert.Equal(14, count);
    }

    [Fact]
    public void Every_product_of_the_oracle_comes_out()
    {
        var count = 0;
        foreach (var vector in Oracle.Load("wgmma_vectors.json").GetProperty("vectors").EnumerateArray())
        {
            Run(vector);
            count++;
        }

        Assert.Equal(20, count);
    }

    [Fact]
    public void Bad_descriptors_and_shapes_are_refused()
    {
        var instruction = new WgmmaInstruction(64, MatrixType.BF16, MatrixType.BF16, MatrixType.F32);
        Assert.Contains("reserved", Refused(instruction, 1UL << 60), StringComparison.Ordinal);
        Assert.Contains("base offset", Refused(instruction, 1UL << 49), StringComparison.Ordinal);
        Assert.Contains("outside", Refused(instruction, 0x3FFF), StringComparison.Ordinal);
        Assert.Contains("m64n12k16", Refused(instruction with { N = 12 }, 0), StringComparison.Ordinal);
        Assert.Contains("K-major", Refused(instruction with { A = MatrixType.TF32, B = MatrixType.TF32, TransposeB = true }, 0), StringComparison.Ordinal);
    }

    [Fact]
    public void Half_accumulators_and_negated_operands_come_out()
    {
        // A is all ones in registers, B all twos: each element is -32 · scale, added to 5.
        uint[] a = [.. Enumerable.Repeat(0x3C003C00u, 4 * 128)];
        var shared = new byte[1024];
        for (var i = 0; i < shared.Length; i += 2)
        {
            shared[i + 1] = 0x40;
        }

        uint[] d = [.. Enumerable.Repeat(0x45004500u, 2 * 128)];
        var instruction = new WgmmaInstruction(8, MatrixType.F16, MatrixType.F16, MatrixType.F16, NegateA: true);
        Wgmma.Execute(instruction, a, new MatrixDescriptor(0, 128, 128, SharedSwizzle.None).Encode(), shared, d, AccumulationModel.Hopper);
        Assert.All(d, value => Assert.Equal(0xCEC0CEC0u, value));
    }

    private static string Refused(WgmmaInstruction instruction, ulong descriptor) =>
        Assert.Throws<PtxRuleException>(() => Wgmma.Execute(instruction, descriptor, descriptor, new byte[16], new uint[32 * 128], AccumulationModel.Hopper)).Message;

    private static void Run(JsonElement vector)
    {
        var name = vector.GetProperty("instruction").GetString()!.Split('.');
        Assert.True(MatrixTypes.TryParse(name[^3], out var accumulator) & MatrixTypes.TryParse(name[^2], out var a) & MatrixTypes.TryParse(name[^1], out var b));
        var n = vector.GetProperty("n").GetInt32();
        var instruction = new WgmmaInstruction(
            n, a, b, accumulator, TransposeA: vector.GetProperty("transA").GetInt32() != 0, TransposeB: vector.GetProperty("transB").GetInt32() != 0);
        byte[] shared = [.. new byte[vector.GetProperty("imageStart").GetInt32()], .. vector.GetProperty("image").GetBytesFromBase64()];
        var (descA, descB) = (vector.GetProperty("descA"), vector.GetProperty("descB"));
        var fromRegisters = vector.TryGetProperty("aRegs[step][t][register]", out var registers);
        for (var way = 0; way < (fromRegisters ? 2 : 1); way++)
        {
            var d = new uint[instruction.Registers * 128];
            d.AsSpan().Fill(0x12345678);
            for (var step = 0; step < descA.GetArrayLength(); step++)
            {
                var one = instruction with { ScaleD = step > 0 };
                if (way == 0)
                {
                    Wgmma.Execute(one, descA[step].Hex64(), descB[step].Hex64(), shared, d, AccumulationModel.Hopper);
                }
                else
                {
                    Wgmma.Execute(one, registers[step].Registers(), descB[step].Hex64(), shared, d, AccumulationModel.Hopper);
                }
            }

            for (var thread = 0; thread < 128; thread++)
            {
                for (var i = 0; i < n / 2; i++)
                {
                    var (row, column) = WgmmaInstruction.ElementD(thread, i);
                    var bits = d[i * 128 + thread];
                    var expected = vector.GetProperty("D")[row][column].GetInt32();
                    Assert.Equal(expected, accumulator == MatrixType.S32 ? (int)bits : BitConverter.UInt32BitsToSingle(bits));
                }
            }
        }
    }

    private static void Check(JsonElement table, int elements, Func<int, int, (int Row, int Column)> place)
    {
        for (var thread = 0; thread < 128; thread++)
        {
            Assert.Equal(elements, table.GetProperty("row")[thread].GetArrayLength());
            for (var i = 0; i < elements; i++)
            {
                Assert.Equal((table.GetProperty("row")[thread][i].GetInt32(), table.GetProperty("col")[thread][i].GetInt32()), place(thread, i));
            }
        }
    }
}
