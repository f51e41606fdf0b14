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
                add.u64 %rd4, %rd2, %rd3;
                ld.global.u32 %r6, [%rd4];
                shfl.sync.{entry.GetProperty("mode").GetString()}.b32 %r4|%p1, %r3, %r6, {entry.GetProperty("c").GetInt64()}, {members};
                selp.u32 %r5, 1, 0, %p1;
                add.u64 %rd5, %rd1, %rd3;
                st.global.u32 [%rd5], %r4;
                st.global.u32 [%rd5+128], %r5;
                OUT:
                """);
            var distances = entry.TryGetProperty("bPerLane", out var lanes) ? Numbers(lanes) : [.. Enumerable.Repeat((uint)entry.GetProperty("b").GetInt64(), 32)];
            var (output, _) = TestKernels.Run(ptx, input: distances, options: new() { Workers = 1 });
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

    [Fact]
    public void Votes_matches_and_reductions_give_the_oracle_s_values()
    {
        using var json = Read("warp.json");
        foreach (var entry in json.RootElement.GetProperty("collective").EnumerateArray())
        {
            var operation = entry.GetProperty("op").GetString()!;
            var members = (uint)entry.GetProperty("membermask").GetInt64();
            var values = entry.TryGetProperty("a", out var a) ? Numbers(a) : entry.TryGetProperty("src", out var source) ? Numbers(source) : new uint[32];
            if (operation == "vote")
            {
                var bits = (uint)entry.GetProperty("predicates").GetInt64();
                values = [.. Enumerable.Range(0, 32).Select(lane => (bits >> lane) & 1)];
            }

            // %r11 and on are the results, in the order of the names below.
            var (body, names) = operation switch
            {
                "vote" => ($"setp.ne.u32 %p1, %r6, 0; vote.sync.ballot.b32 %r11, %p1, {members}; vote.sync.all.pred %p2, %p1, {members}; selp.u32 %r12, 1, 0, %p2;"
                    + $"vote.sync.any.pred %p2, %p1, {members}; selp.u32 %r13, 1, 0, %p2; vote.sync.uni.pred %p2, %p1, {members}; selp.u32 %r14, 1, 0, %p2;", new[] { "ballot", "all", "any", "uni" }),
                "match.any.b32" => ($"match.any.sync.b32 %r11, %r6, {members};", ["d"]),
                "match.all.b32" => ($"match.all.sync.b32 %r11|%p1, %r6, {members}; selp.u32 %r12, 1, 0, %p1;", ["d", "p"]),
                "elect" => ($"elect.sync %r11|%p1, {members};", ["leaderOnKnownHardware"]),
                _ => (string.Concat(new[] { "add.u32", "min.u32", "max.u32", "min.s32", "max.s32", "and.b32", "or.b32", "xor.b32" }.Select((name, i) => $"redux.sync.{name} %r{11 + i}, %r6, {members};")),
                    ["add", "min.u32", "max.u32", "min.s32", "max.s32", "and", "or", "xor"]),
            };
            var stores = string.Concat(names.Select((_, i) => $"st.global.u32 [%rd5+{128 * i}], %r{11 + i};\n"));
            var (output, result) = TestKernels.Run(TestKernels.Kernel($"""
                shl.b32 %r20, 1, %r1; and.b32 %r20, %r20, {members}; setp.ne.u32 %p9, %r20, 0;
                add.u64 %rd4, %rd2, %rd3;
                add.u64 %rd5, %rd1, %rd3;
                ld.global.u32 %r6, [%rd4];
                @!%p9 bra OUT;
                {body}
                {stores}
                OUT:
                """), input: values, options: new() { Workers = 1 });
            Assert.Empty(result.Findings);
            for (var i = 0; i < names.Length; i++)
            {
                var expected = entry.GetProperty(names[i]);
                for (var lane = 0; lane < 32; lane++)
                {
                    if (((members >> lane) & 1) != 0)
                    {
                        var value = expected.ValueKind == JsonValueKind.Array ? expected[lane] : expected;
                        Assert.True((uint)value.GetInt64() == output[(32 * i) + lane], $"{operation} {names[i]}, lane {lane}: expected {value}, found {output[(32 * i) + lane]}");
                    }
                }
            }
        }
    }

    private static uint[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(value => value.ValueKind == JsonValueKind.Number ? (uint)value.GetInt64() : 0)];

    private static uint Hex(JsonElement element) => uint.Parse(element.GetString()!, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static JsonDocument Read(string name) => JsonDocument.Parse(File.ReadAllText(Path.Combine(SharedData.Require("oracle/ptx"), name)));
}
