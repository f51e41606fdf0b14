using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using PlamoNative.PtxEmulator.Numerics;
using PlamoNative.Tests;
using Xunit;

namespace PlamoNative.PtxEmulator.Tests;

/// <summary>The oracle's matrix products, through PTX text and the machine's shared memory.</summary>
public class MatrixOracleTests
{
    [Fact]
    public void Products_of_a_warp_give_the_oracle_s_registers()
    {
        using var json = Read("mma_sync_vectors.json");
        foreach (var vector in json.RootElement.GetProperty("vectors").EnumerateArray())
        {
            var instruction = vector.GetProperty("instruction").GetString()!;
            var isDouble = instruction.Contains("f64", StringComparison.Ordinal);
            var (width, type, prefix) = isDouble ? (2, "b64", "%rd") : (1, "b32", "%r");
            var operands = new[] { "a", "b", "c", "d" }.Select(name => vector.GetProperty($"{name}Regs")).ToArray();
            var input = new List<uint>();
            var body = new StringBuilder();
            var register = 20;
            var lists = new List<string>();
            foreach (var (operand, index) in operands.Select((operand, index) => (operand, index)))
            {
                var count = operand[0].GetArrayLength();
                lists.Add($"{{{string.Join(", ", Enumerable.Range(register, count).Select(number => prefix + number.ToString(CultureInfo.InvariantCulture)))}}}");
                for (var i = 0; i < count; i++, register++)
                {
                    if (index == 3)
                    {
                        continue;
                    }

                    body.AppendLine(CultureInfo.InvariantCulture, $"ld.global.{type} {prefix}{register}, [%rd4+{input.Count * 4}];");
                    for (var lane = 0; lane < 32; lane++)
                    {
                        var bits = ulong.Parse(operand[lane][i].GetString()!, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                        input.Add((uint)bits);
                        if (isDouble)
                        {
                            input.Add((uint)(bits >> 32));
                        }
                    }
                }
            }

            var results = operands[3][0].GetArrayLength();
            body.AppendLine(CultureInfo.InvariantCulture, $"{instruction} {lists[3]}, {lists[0]}, {lists[1]}, {lists[2]};");
            for (var i = 0; i < results; i++)
            {
                body.AppendLine(CultureInfo.InvariantCulture, $"st.global.{type} [%rd5+{i * 128 * width}], {prefix}{register - results + i};");
            }

            var (output, result) = TestKernels.Run(TestKernels.Kernel($"mul.wide.u32 %rd3, %r1, {4 * width}; add.u64 %rd4, %rd2, %rd3; add.u64 %rd5, %rd1, %rd3;\n{body}"), input: [.. input]);
            Assert.Empty(result.Findings);
            Assert.Equal(1, result.Counts.MatrixInstructions);
            for (var lane = 0; lane < 32; lane++)
            {
                for (var i = 0; i < results; i++)
                {
                    var expected = ulong.Parse(operands[3][lane][i].GetString()!, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                    var at = ((i * 32) + lane) * width;
                    var found = isDouble ? output[at] | ((ulong)output[at + 1] << 32) : output[at];
                    Assert.True(expected == found, $"{instruction}, lane {lane}, register {i}: expected {expected:x8}, found {found:x8}");
                }
            }
        }
    }

    [Fact]
    public void Products_of_a_warpgroup_give_the_oracle_s_matrices()
    {
        using var json = Read("wgmma_vectors.json");
        foreach (var vector in json.RootElement.GetProperty("vectors").EnumerateArray())
        {
            var text = vector.GetProperty("instruction").GetString()!;
            var n = vector.GetProperty("n").GetInt32();
            var image = Convert.FromBase64String(vector.GetProperty("image").GetString()!);
            var steps = vector.GetProperty("descB").GetArrayLength();
            Assert.Equal(1024, vector.GetProperty("imageStart").GetInt32());
            var isInteger = text.Contains(".s32.", StringComparison.Ordinal);
            var takesTransposes = vector.GetProperty("type").GetString() == "bf16";
            var rows = string.Join(", ", Enumerable.Range(0, n / 2).Select(i => $"%a{i}"));
            var registers = vector.TryGetProperty("aRegs[step][t][register]", out var list) && takesTransposes ? list : default;
            var input = new uint[(image.Length / 4) + (steps * 4 * 128)];
            MemoryMarshal.Cast<byte, uint>(image).CopyTo(input);
            var body = new StringBuilder();
            body.AppendLine(CultureInfo.InvariantCulture, $".reg .b32 %a<{n / 2}>; .reg .b32 %x<4>; .reg .b64 %da, %db;");
            body.AppendLine("mov.u32 %r4, smem; mov.u32 %r5, %r1; COPY: mul.wide.u32 %rd4, %r5, 16; add.u64 %rd5, %rd2, %rd4; ld.global.v4.b32 {%r10, %r11, %r12, %r13}, [%rd5];");
            body.AppendLine(CultureInfo.InvariantCulture, $"shl.b32 %r6, %r5, 4; add.u32 %r6, %r6, %r4; st.shared.v4.b32 [%r6], {{%r10, %r11, %r12, %r13}}; add.u32 %r5, %r5, 128; setp.lt.u32 %p1, %r5, {image.Length / 16}; @%p1 bra COPY;");
            body.AppendLine("fence.proxy.async; bar.sync 0; wgmma.fence.sync.aligned; setp.ne.u32 %p2, %r1, %r1; setp.eq.u32 %p3, %r1, %r1;");
            for (var i = 0; i < n / 2; i++)
            {
                body.AppendLine(CultureInfo.InvariantCulture, $"mov.b32 %a{i}, 0x7fc00000;");
            }

            for (var step = 0; step < steps; step++)
            {
                body.AppendLine(CultureInfo.InvariantCulture, $"mov.b64 %da, 0x{Descriptor(vector, "descA", step)}; mov.b64 %db, 0x{Descriptor(vector, "descB", step)};");
                var a = "%da";
                if (registers.ValueKind == JsonValueKind.Array)
                {
                    a = "{%x0, %x1, %x2, %x3}";
                    for (var i = 0; i < 4; i++)
                    {
                        var start = (image.Length / 4) + (((step * 4) + i) * 128);
                        for (var thread = 0; thread < 128; thread++)
                        {
                            input[start + thread] = uint.Parse(registers[step][thread][i].GetString()!, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                        }

                        body.AppendLine(CultureInfo.InvariantCulture, $"add.u64 %rd6, %rd2, %rd3; ld.global.b32 %x{i}, [%rd6+{start * 4}];");
                    }
                }

                var scales = isInteger ? "" : ", 1, 1";
                var transposes = takesTransposes ? $"{(a == "%da" ? $", {vector.GetProperty("transA").GetInt32()}" : "")}, {vector.GetProperty("transB").GetInt32()}" : "";
                body.AppendLine(CultureInfo.InvariantCulture, $"{text} {{{rows}}}, {a}, %db, {(step == 0 ? "%p2" : "%p3")}{scales}{transposes};");
                if (a != "%da")
                {
                    // The registers of A are taken when the product is made: wait before they change.
                    body.AppendLine("wgmma.commit_group.sync.aligned; wgmma.wait_group.sync.aligned 0;");
                }
            }

            body.AppendLine("wgmma.commit_group.sync.aligned; wgmma.wait_group.sync.aligned 0; add.u64 %rd7, %rd1, %rd3;");
            for (var i = 0; i < n / 2; i++)
            {
                body.AppendLine(CultureInfo.InvariantCulture, $"st.global.b32 [%rd7+{i * 512}], %a{i};");
            }

            var ptx = TestKernels.Kernel(body.ToString(), ".extern .shared .align 1024 .b8 smem[];\n");
            var (output, result) = TestKernels.Run(ptx, 128, input, outputWords: 64 * n, dynamicShared: image.Length);
            Assert.True(result.Findings.Count == 0, $"{vector.GetProperty("name")}: {string.Join('\n', result.Findings)}");
            var expected = vector.GetProperty("D");
            for (var thread = 0; thread < 128; thread++)
            {
                for (var i = 0; i < n / 2; i++)
                {
                    var (row, column) = WgmmaInstruction.ElementD(thread, i);
                    var bits = output[(i * 128) + thread];
                    var found = isInteger ? (int)bits : BitConverter.UInt32BitsToSingle(bits);
                    Assert.True(expected[row][column].GetDouble() == found, $"{vector.GetProperty("name")}: ({row}, {column}) expected {expected[row][column]}, found {found}");
                }
            }
        }
    }

    [Fact]
    public void A_wmma_product_loads_multiplies_and_stores()
    {
        // f16 1.0 is 3c00: A = row number + 1 in its first column, B = 1 in its first row: D = row number + 1 everywhere, C = 0.5.
        var ptx = TestKernels.Kernel("""
            .reg .b32 %a<8>; .reg .b32 %b<8>; .reg .f32 %c<8>; .reg .f32 %d<8>;
            wmma.load.a.sync.aligned.row.m16n16k16.global.f16 {%a0,%a1,%a2,%a3,%a4,%a5,%a6,%a7}, [%rd2], 16;
            add.u64 %rd4, %rd2, 512;
            wmma.load.b.sync.aligned.col.m16n16k16.global.f16 {%b0,%b1,%b2,%b3,%b4,%b5,%b6,%b7}, [%rd4], 16;
            mov.f32 %c0, 0f3F000000; mov.f32 %c1, %c0; mov.f32 %c2, %c0; mov.f32 %c3, %c0; mov.f32 %c4, %c0; mov.f32 %c5, %c0; mov.f32 %c6, %c0; mov.f32 %c7, %c0;
            wmma.mma.sync.aligned.row.col.m16n16k16.f32.f32 {%d0,%d1,%d2,%d3,%d4,%d5,%d6,%d7}, {%a0,%a1,%a2,%a3,%a4,%a5,%a6,%a7}, {%b0,%b1,%b2,%b3,%b4,%b5,%b6,%b7}, {%c0,%c1,%c2,%c3,%c4,%c5,%c6,%c7};
            wmma.store.d.sync.aligned.row.m16n16k16.global.f32 [%rd1], {%d0,%d1,%d2,%d3,%d4,%d5,%d6,%d7}, 20;
            """);
        var halves = new Half[512];
        for (var i = 0; i < 16; i++)
        {
            halves[i * 16] = (Half)(i + 1);
            halves[256 + (i * 16)] = (Half)(i % 2 == 0 ? 1 : -2);
        }

        var (output, result) = TestKernels.Run(ptx, input: MemoryMarshal.Cast<Half, uint>(halves).ToArray());
        Assert.Empty(result.Findings);
        for (var i = 0; i < 256; i++)
        {
            Assert.Equal(((i / 16) + 1) * (i % 2 == 0 ? 1 : -2) + 0.5f, BitConverter.UInt32BitsToSingle(output[(i / 16 * 20) + (i % 16)]));
        }
    }

    private static string Descriptor(JsonElement vector, string name, int step) => vector.GetProperty(name)[step].GetString()!;

    private static JsonDocument Read(string name) => JsonDocument.Parse(File.ReadAllText(Path.Combine(SharedData.Require("oracle/ptx"), name)));
}
