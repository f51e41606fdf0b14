using System.Globalization;
using System.Text.Json;
using PlamoNative.PtxEmulator.Numerics;
using Xunit;

namespace PlamoNative.PtxEmulator.Tests.Numerics;

public sealed class ScalarTests
{
    [Fact]
    public void Every_scalar_case_of_the_oracle_comes_out()
    {
        var count = 0;
        foreach (var row in Oracle.Load("scalar.json").GetProperty("cases").EnumerateArray())
        {
            var text = row[0].GetString()!;
            var space = text.IndexOf(' ', StringComparison.Ordinal);
            var operands = text[space..].Split(',').Skip(1).Select(Number).ToArray();
            Assert.True(row[1].Hex() == Run(text[..space], operands), $"{text} should be {row[1]}");
            count++;
        }

        Assert.Equal(382, count);
    }

    [Fact]
    public void Dividing_by_zero_gives_what_the_assembler_folds()
    {
        foreach (var operation in Oracle.Load("scalar.json").GetProperty("divideByZero").EnumerateObject())
        {
            uint[] dividends = [5, unchecked((uint)-5), 0];
            for (var i = 0; i < 3; i++)
            {
                if (operation.Value[i].ValueKind == JsonValueKind.String)
                {
                    Assert.Equal(operation.Value[i].Hex(), Run(operation.Name, [dividends[i], 0]));
                }
            }
        }
    }

    [Fact]
    public void Shifts_and_fields_of_64_bits_clamp_too()
    {
        Assert.Equal(0UL, ScalarBits.ShiftLeft(1UL, 64, 64));
        Assert.Equal(ulong.MaxValue, ScalarBits.ShiftRight(1UL << 63, 200, IntegerType.S64));
        Assert.Equal(0UL, ScalarBits.ShiftRight(ulong.MaxValue, 64, IntegerType.U64));
        Assert.Equal(0xFFFFUL, ScalarBits.ShiftRight(0x8000, 99, IntegerType.S16));
        Assert.Equal(ulong.MaxValue, ScalarBits.Extract(1UL << 63, 63, 8, IntegerType.S64));
        Assert.Equal(0xF0UL, ScalarBits.Insert(0xF, 0, 4, 4, 64));
        Assert.Equal(1UL << 63, ScalarBits.Reverse(1UL));
        Assert.Equal(0x23456789u, ScalarBits.FunnelLeft(0x89ABCDEF, 0x12345678, 4, true) | 1);
        Assert.Equal(0x89ABCDEFu, ScalarBits.FunnelLeft(0x89ABCDEF, 0x12345678, 40, false));
        Assert.Equal(0x12345678u, ScalarBits.FunnelRight(0x89ABCDEF, 0x12345678, 40, false));
        Assert.Equal(3u, ScalarBits.FindNth(0b1011, 0, 3));
        Assert.Equal(0u, ScalarBits.FindNth(0b1011, 3, -3));
        Assert.Equal(uint.MaxValue, ScalarBits.FindNth(0b1011, 4, 1));
        Assert.Equal(0xF0u, ScalarBits.Mask(4, 4, false));
        Assert.Equal(0xFFFFFFF8u, ScalarBits.Extend(8, 4, true, false));
    }

    [Fact]
    public void Products_and_dot_products_are_those_of_the_manual()
    {
        Assert.Equal(0xFFFFFFFFFFFFFFFEUL, ScalarIntegers.MultiplyHigh(ulong.MaxValue, ulong.MaxValue, IntegerType.U64));
        Assert.Equal(0UL, ScalarIntegers.MultiplyHigh(ulong.MaxValue, ulong.MaxValue, IntegerType.S64));
        Assert.Equal(0xFFFFFFFF80000000UL, ScalarIntegers.MultiplyWide(0x80000000, 1, IntegerType.S32));
        Assert.Equal(0xFFFFFFFE00000001UL, ScalarIntegers.MultiplyWide(0xFFFFFFFF, 0xFFFFFFFF, IntegerType.U32));
        Assert.Equal(0x7FFFFFFFUL, ScalarIntegers.MultiplyAddHigh(0x40000000, 0x40000000, 0x7FFFFFFF, IntegerType.S32, saturate: true));
        Assert.Equal(1u, ScalarIntegers.Multiply24(0xFFFFFF, 0xFFFFFFFF, true, false));
        Assert.Equal(0xFFFFFE00u, ScalarIntegers.Multiply24(0xFFFFFF, 0xFFFFFF, false, true));
        Assert.Equal(unchecked((uint)(10 + 1 * 5 - 2 * 6 + 3 * 7 - 4 * 8)), ScalarIntegers.Dot4(0xFC03FE01, 0x08070605, 10, true, false));
        Assert.Equal(unchecked((uint)(100 - 3 * 7 + 2 * 8)), ScalarIntegers.Dot2(0x0002FFFD, 0x08070000, 100, true, false, true));
        Assert.Equal(0x80000000UL, ScalarIntegers.Divide(0x80000000, 0xFFFFFFFF, IntegerType.S32));
        Assert.Equal(0UL, ScalarIntegers.Remainder(0x80000000, 0xFFFFFFFF, IntegerType.S32));
        Assert.Equal(105UL, ScalarIntegers.SumOfDifference(0xFFFFFFFE, 3, 100, IntegerType.S32));
    }

    private static uint Number(string text)
    {
        text = text.Trim();
        return text.StartsWith("0x", StringComparison.Ordinal) ? Oracle.Hex(text[2..]) : (uint)long.Parse(text, CultureInfo.InvariantCulture);
    }

    private static uint Run(string name, uint[] o)
    {
        var parts = name.Split('.');
        var type = name.EndsWith("s32", StringComparison.Ordinal) ? IntegerType.S32 : IntegerType.U32;
        return parts[0] switch
        {
            "shl" => ScalarBits.ShiftLeft(o[0], o[1]),
            "shr" => type.Signed ? (uint)ScalarBits.ShiftRightSigned((int)o[0], o[1]) : ScalarBits.ShiftRight(o[0], o[1]),
            "bfe" => (uint)ScalarBits.Extract(o[0], o[1], o[2], type),
            "bfi" => (uint)ScalarBits.Insert(o[0], o[1], o[2], o[3], 32),
            "bfind" => ScalarBits.FindHighest(o[0], type, name.Contains("shiftamt", StringComparison.Ordinal)),
            "clz" => ScalarBits.LeadingZeros(o[0], 32),
            "popc" => (uint)System.Numerics.BitOperations.PopCount(o[0]),
            "brev" => ScalarBits.Reverse(o[0]),
            "prmt" => BytePermute.Execute(o[0], o[1], o[2], parts.Length == 3 ? Enum.Parse<PermuteMode>(parts[2], true) : PermuteMode.Index),
            "lop3" => ScalarBits.Logic3(o[0], o[1], o[2], o[3]),
            "mul" => parts[1] == "hi" ? (uint)ScalarIntegers.MultiplyHigh(o[0], o[1], type) : o[0] * o[1],
            "mad" => parts[1] == "hi" ? (uint)ScalarIntegers.MultiplyAddHigh(o[0], o[1], o[2], type) : o[0] * o[1] + o[2],
            "div" => (uint)ScalarIntegers.Divide(o[0], o[1], type),
            "rem" => (uint)ScalarIntegers.Remainder(o[0], o[1], type),
            _ => throw new InvalidOperationException(name),
        };
    }
}
