using System.Globalization;
using System.Text;
using System.Text.Json;
using PlamoNative.Tests;
using Xunit;

namespace PlamoNative.PtxEmulator.Tests;

/// <summary>The oracle's scalar and warp cases, through PTX text: parser, lowering and execution together.</summary>
public class OracleTests
{
    [Fact]
    public void Scalar_instructions_give_the_oracle_s_bits()
    {
        using var json = Read("scalar.json");
        var cases = json.RootElement.GetProperty("cases").EnumerateArray().Select(entry => (Text: entry[0].GetString()!, Bits: Hex(entry[1]))).ToList();
        var body = new StringBuilder();
        for (var i = 0; i < cases.Count; i++)
        {
            var register = cases[i].Text.Contains(".f32", StringComparison.Ordinal) && !cases[i].Text.StartsWith("cvt", StringComparison.Ordinal) && !cases[i].Text.StartsWith("set", StringComparison.Ordinal) ? "%f1" : "%r10";
            body.AppendLine(CultureInfo.InvariantCulture, $"{cases[i].Text.Replace("%d", register, StringComparison.Ordinal)}; st.global.b32 [%rd1+{i * 4}], {register};");
        }

        var (output, result) = TestKernels.Run(TestKernels.Kernel(body.ToString()), 1, outputWords: cases.Count);
        Assert.Empty(result.Findings);
        for (var i = 0; i < cases.Count; i++)
        {
            Assert.True(cases[i].Bits == output[i], $"{cases[i].Text}: expected {cases[i].Bits:x8}, found {output[i]:x8}");
        }
    }

    [Fact]
    public void Approximations_stay_near_what_the_assembler_folds()
    {
        using var json = Read("scalar.json");
        var cases = json.RootElement.GetProperty("approximate").EnumerateArray().Select(entry => (Operation: entry[0].GetString()!, Input: Hex(entry[1]), Bits: Hex(entry[2]))).ToList();
        var body = new StringBuilder();
        for (var i = 0; i < cases.Count; i++)
        {
            body.AppendLine(CultureInfo.InvariantCulture, $"mov.b32 %f2, {(int)cases[i].Input}; {cases[i].Operation}.f32 %f1, %f2; st.global.f32 [%rd1+{i * 4}], %f1;");
        }

        var (output, result) = TestKernels.Run(TestKernels.Kernel(body.ToString()), 1, outputWords: cases.Count);
        Assert.Empty(result.Findings);
        for (var i = 0; i < cases.Count; i++)
        {
            var (found, expected) = (BitConverter.UInt32BitsToSingle(output[i]), BitConverter.UInt32BitsToSingle(cases[i].Bits));
            var isNear = float.IsNaN(expected) ? float.IsNaN(found) : found.Equals(expected) || Math.Abs(found - expected) <= Math.Max(Math.Abs(expected) * 5e-4f, 4e-6f);
            Assert.True(isNear, $"{cases[i].Operation} of {cases[i].Input:x8}: expected {expected}, found {found}");
        }
    }

    [Fact]
    public void Shuffles_take_the_oracle_s_lanes()
    {
        using var json = Read("warp.json");
        foreach (var entry in json.RootElement.GetProperty("shfl").EnumerateArray())
        {
            var members = entry.TryGetProperty("membermask", out var mask) ? (uint)mask.GetInt64() : uint.MaxValue;
            var sources = entry.GetProperty("source").EnumerateArray().ToArray();
            var predicates = entry.GetProperty("predicate");
            var ptx = TestKernels.Kernel($"""
                shl.b32 %r20, 1, %r1; and.b32 %r20, %r20, {members}; setp.ne.u32 %p9, %r20, 0;
                add.u32 %r3, %r1, 1000;
                @!%p9 bra OUT;
                shfl.sync.{entry.GetProperty("mode").GetString()}.b32 %r4|%p1, %r3, {entry.GetProperty("b").GetInt64()}, {entry.GetProperty("c").GetInt64()}, {members};
                selp.u32 %r5, 1, 0, %p1;
                add.u64 %rd5, %rd1, %rd3;
                st.global.u32 [%rd5], %r4;
                st.global.u32 [%rd5+128], %r5;
                OUT:
                """);
            var (output, _) = TestKernels.Run(ptx, options: new() { Workers = 1 });
            for (var lane = 0; lane < 32; lane++)
            {
                if (sources[lane].ValueKind == JsonValueKind.Number)
                {
                    var isInside = predicates.ValueKind == JsonValueKind.String ? predicates.GetString()![lane] == '1' : predicates[lane].GetInt32() == 1;
                    Assert.True((1000u + (uint)sources[lane].GetInt32(), isInside ? 1u : 0) == (output[lane], output[32 + lane]), $"{entry}: lane {lane} found {output[lane] - 1000}, {output[32 + lane]}");
                }
            }
        }
    }

    private static uint Hex(JsonElement element) => uint.Parse(element.GetString()!, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static JsonDocument Read(string name) => JsonDocument.Parse(File.ReadAllText(Path.Combine(SharedData.Require("oracle/ptx"), name)));
}
