using System.Text.Json;
using PlamoNative.PtxEmulator.Numerics;
using Xunit;

namespace PlamoNative.PtxEmulator.Tests.Numerics;

public sealed class MmaTests
{
    private static readonly AccumulationModel[] Models = Enum.GetValues<AccumulationModel>();

    [Fact]
    public void Every_fragment_of_the_oracle_lies_where_the_rule_says()
    {
        var count = 0;
        foreach (var layout in Oracle.Load("mma_sync_layouts.json").GetProperty("layouts").EnumerateObject())
        {
            var shape = Shape(layout.Name);
            Assert.True(MatrixTypes.TryParse(layout.Name.Split('.')[1], out var type));
            count += Check(layout.Value.GetProperty("A"), shape.ElementsA, (lane, i) => shape.ElementA(lane, i, type));
            count += Check(layout.Value.GetProperty("B"), shape.ElementsB, (lane, i) => MmaShape.ElementB(lane, i, type));
            count += Check(layout.Value.GetProperty("C"), shape.ElementsC, MmaShape.ElementC);
            Assert.Equal(layout.Value.GetProperty("A").GetProperty("elementsPerRegister").GetInt32(), MmaShape.PerRegister(type));
        }

        Assert.Equal(24, count);
    }

    [Fact]
    public void Every_product_of_the_oracle_comes_out_under_every_model()
    {
        var count = 0;
        foreach (var vector in Oracle.Load("mma_sync_vectors.json").GetProperty("vectors").EnumerateArray())
        {
            var name = vector.GetProperty("instruction").GetString()!;
            if (name.Contains("f64", StringComparison.Ordinal))
            {
                RunF64(vector);
            }
            else
            {
                var instruction = Parse(name);
                var expected = vector.GetProperty("dRegs").Registers();
                var (a, b, c) = (vector.GetProperty("aRegs").Registers(), vector.GetProperty("bRegs").Registers(), vector.GetProperty("cRegs").Registers());
                Assert.Equal((instruction.RegistersA * 32, instruction.RegistersB * 32, instruction.RegistersC * 32), (a.Length, b.Length, c.Length));
                foreach (var model in Models)
                {
                    var d = (uint[])c.Clone();
                    Mma.Execute(instruction, a, b, d, d, model);
                    Assert.Equal(expected, d);
                }
            }

            count++;
        }

        Assert.Equal(17, count);
    }

    [Theory]
    [InlineData(8, 8, 4, MatrixType.F64)]
    [InlineData(16, 8, 4, MatrixType.F64)]
    [InlineData(16, 8, 8, MatrixType.F64)]
    [InlineData(16, 8, 16, MatrixType.F64)]
    [InlineData(8, 8, 16, MatrixType.S8)]
    [InlineData(8, 8, 32, MatrixType.S4)]
    [InlineData(16, 8, 32, MatrixType.U4)]
    [InlineData(16, 8, 64, MatrixType.S4)]
    [InlineData(16, 8, 8, MatrixType.BF16)]
    [InlineData(16, 8, 16, MatrixType.E4M3)]
    public void Every_fragment_holds_each_element_once(int m, int n, int k, MatrixType type)
    {
        var shape = new MmaShape(m, n, k);
        Assert.True(shape.Supports(type));
        Assert.Equal(m * k, Places(shape.ElementsA, (lane, i) => shape.ElementA(lane, i, type)).Where(p => p.Row < m && p.Column < k).Distinct().Count());
        Assert.Equal(n * k, Places(shape.ElementsB, (lane, i) => MmaShape.ElementB(lane, i, type)).Where(p => p.Row < k && p.Column < n).Distinct().Count());
        Assert.Equal(m * n, Places(shape.ElementsC, MmaShape.ElementC).Where(p => p.Row < m && p.Column < n).Distinct().Count());
    }

    [Fact]
    public void An_integer_accumulator_wraps_or_saturates()
    {
        uint[] a = [.. Enumerable.Repeat(0x7F7F7F7Fu, 128)];
        uint[] b = [.. Enumerable.Repeat(0x7F7F7F7Fu, 64)];
        uint[] c = [.. Enumerable.Repeat(0x7FFFFFFFu, 128)];
        var d = new uint[128];
        var instruction = new MmaInstruction(new(16, 8, 32), MatrixType.S8, MatrixType.S8, MatrixType.S32);
        Mma.Execute(instruction, a, b, c, d, AccumulationModel.Exact);
        Assert.All(d, value => Assert.Equal(0x7FFFFFFFu + 127 * 127 * 32, value));
        Mma.Execute(instruction with { Saturate = true }, a, b, c, d, AccumulationModel.Exact);
        Assert.All(d, value => Assert.Equal(0x7FFFFFFFu, value));
        Mma.Execute(instruction with { A = MatrixType.U8, B = MatrixType.U8 }, a, b, new uint[128], d, AccumulationModel.Exact);
        Assert.All(d, value => Assert.Equal(127u * 127 * 32, value));
    }

    [Fact]
    public void Four_bit_elements_are_sign_extended()
    {
        uint[] a = [.. Enumerable.Repeat(0xFFFFFFFFu, 32)];
        uint[] b = [.. Enumerable.Repeat(0x77777777u, 32)];
        var d = new uint[64];
        Mma.Execute(new(new(8, 8, 32), MatrixType.S4, MatrixType.S4, MatrixType.S32), a, b, new uint[64], d, AccumulationModel.Exact);
        Assert.All(d, value => Assert.Equal(-7 * 32, (int)value));
        Mma.Execute(new(new(8, 8, 32), MatrixType.U4, MatrixType.S4, MatrixType.S32), a, b, new uint[64], d, AccumulationModel.Exact);
        Assert.All(d, value => Assert.Equal(15 * 7 * 32, (int)value));
    }

    [Fact]
    public void A_shape_that_does_not_exist_is_refused_by_name()
    {
        var wrong = new MmaInstruction(new(16, 8, 32), MatrixType.F16, MatrixType.F16, MatrixType.F32);
        var error = Assert.Throws<PtxRuleException>(() => Mma.Execute(wrong, new uint[256], new uint[256], new uint[256], new uint[256], AccumulationModel.Exact));
        Assert.Equal("mma.sync has no m16n8k32 of f16 and f16 into f32", error.Message);
    }

    internal static MmaInstruction Parse(string name)
    {
        var parts = name.Split('.');
        Assert.True(MatrixTypes.TryParse(parts[6], out var accumulator) & MatrixTypes.TryParse(parts[7], out var a) & MatrixTypes.TryParse(parts[8], out var b));
        return new(Shape(parts[3]), a, b, accumulator);
    }

    private static MmaShape Shape(string name)
    {
        var numbers = name.Split('.')[0].Split('m', 'n', 'k');
        return new(int.Parse(numbers[1]), int.Parse(numbers[2]), int.Parse(numbers[3]));
    }

    private static IEnumerable<(int Row, int Column)> Places(int elements, Func<int, int, (int Row, int Column)> place) =>
        Enumerable.Range(0, 32).SelectMany(lane => Enumerable.Range(0, elements).Select(i => place(lane, i)));

    private static int Check(JsonElement operand, int elements, Func<int, int, (int Row, int Column)> place)
    {
        Assert.Equal(elements, operand.GetProperty("elementsPerLane").GetInt32());
        for (var lane = 0; lane < 32; lane++)
        {
            for (var i = 0; i < elements; i++)
            {
                Assert.Equal((operand.GetProperty("row")[lane][i].GetInt32(), operand.GetProperty("col")[lane][i].GetInt32()), place(lane, i));
            }
        }

        return 1;
    }

    private static void RunF64(JsonElement vector)
    {
        ulong[] Load(string name)
        {
            var lanes = vector.GetProperty(name);
            return [.. Enumerable.Range(0, lanes[0].GetArrayLength()).SelectMany(register => lanes.EnumerateArray().Select(lane => lane[register].Hex64()))];
        }

        var d = new ulong[64];
        Mma.ExecuteF64(new(8, 8, 4), Load("aRegs"), Load("bRegs"), Load("cRegs"), d);
        Assert.Equal(Load("dRegs"), d);
    }
}
