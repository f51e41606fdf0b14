using PlamoNative.Tests;
using Xunit;

namespace PlamoNative.PtxEmulator.Tests;

/// <summary>Text that is not PTX, or not PTX that makes sense: one line with the place, never a failure of another kind.</summary>
public class MalformedTests
{
    [Theory]
    [InlineData("", "found an empty module")]
    [InlineData("hello", "PTX line 1: expected a directive of a module")]
    [InlineData(".version 8.0\n.target sm_80\n.address_size 32", "expected .address_size 64, found 32")]
    [InlineData(".version 8.0\n.entry k() { add.u32 %r1, %r2, 1; }", "expected a declared name, found '%r2'")]
    [InlineData(".version 8.0\n.entry k() { .reg .b32 %r<3>; add.u32 %r1, %r2; }", "expected at least 3 operands, found 2")]
    [InlineData(".version 8.0\n.entry k() { .reg .b32 %r<3>;\n frobnicate.u32 %r1, %r2; }", "PTX line 3: expected an instruction that the emulator knows, found 'frobnicate.u32'")]
    [InlineData(".version 8.0\n.entry k() { bra NOWHERE; }", "expected a label, found 'NOWHERE'")]
    [InlineData(".version 8.0\n.entry k() { .reg .b32 %r<3000000>; }", "expected at most 1048576 registers, found 3000000")]
    [InlineData(".version 8.0\n.global .b8 big[99999999999];\n.entry k() { ret; }", "expected fewer than 2^31 bytes")]
    [InlineData(".version 8.0\n.entry k() { ret; ", "expected '}', found the end of the text")]
    [InlineData(".version 8.0\n.entry k() { .reg .b32 %r<3>; mma.sync.aligned.m16n8k99.row.col.f32.bf16.bf16.f32 {%r1}, {%r1}, {%r1}, {%r1}; }", "mma.sync has no m16n8k99")]
    public void A_mistake_is_named(string text, string message)
    {
        var exception = Assert.Throws<PtxException>(() => Build(text));
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
    }

    [Fact]
    public void Damaged_texts_never_fail_in_another_way()
    {
        var folder = Path.Combine(SharedData.RepositoryRoot, "tests", "PtxEmulator.Tests", "Cuda", "Sources");
        var texts = Directory.GetFiles(folder, "*.ptx").Order(StringComparer.Ordinal).Select(File.ReadAllText).Where(text => text.Length < 20_000).ToList();
        Assert.NotEmpty(texts);
        var random = new Random(7);
        for (var i = 0; i < 1500; i++)
        {
            var text = texts[random.Next(texts.Count)];
            for (var edits = random.Next(1, 4); edits > 0; edits--)
            {
                text = Damage(text, random);
            }

            try
            {
                Build(text);
            }
            catch (PtxException exception)
            {
                Assert.DoesNotContain('\n', exception.Message);
            }
        }
    }

    [Fact]
    public void Damaged_kernels_that_still_build_run_to_an_end()
    {
        var folder = Path.Combine(SharedData.RepositoryRoot, "tests", "PtxEmulator.Tests", "Cuda", "Sources");
        var texts = Directory.GetFiles(folder, "*.ptx").Order(StringComparer.Ordinal).Select(File.ReadAllText).Where(text => text.Length < 20_000).ToList();
        var random = new Random(11);
        var machine = new Machine(new() { Workers = 1, MaximumWarpInstructions = 3000 });
        var buffer = machine.Memory.Allocate(1 << 16);
        var ran = 0;
        for (var i = 0; i < 400; i++)
        {
            var text = Damage(texts[random.Next(texts.Count)], random);
            try
            {
                var module = machine.Load(text);
                foreach (var kernel in module.KernelNames.Select(module.Kernel))
                {
                    var parameters = new byte[kernel.ParameterBytes];
                    foreach (var parameter in kernel.Parameters)
                    {
                        BitConverter.TryWriteBytes(parameters.AsSpan(parameter.Offset), parameter.Size == 8 ? (long)buffer : 37);
                    }

                    machine.Launch(kernel, new(2), new(128), 4096, parameters);
                    ran++;
                }
            }
            catch (Exception exception) when (exception is PtxException or ArgumentException)
            {
                Assert.DoesNotContain("the emulator failed", exception.Message, StringComparison.Ordinal);
            }
        }

        Assert.True(ran > 30, $"{ran} kernels ran");
    }

    private static readonly string[] Pieces = ["[", "}", "{%r1,%r2}", ".f64", ".v4", "0x7fffffffffffffff", "|", "!", "%p1", ".pred", "-1", "(", "_", "%rd1"];

    private static void Build(string text)
    {
        var module = new Machine().Load(text);
        foreach (var name in module.KernelNames)
        {
            module.Kernel(name);
        }
    }

    private static string Damage(string text, Random random)
    {
        if (text.Length < 100)
        {
            return text;
        }

        // Half of the time the damage is in a body, where it hurts less at once.
        var from = random.Next(2) == 0 ? 0 : Math.Max(0, text.IndexOf('{', StringComparison.Ordinal));
        var at = random.Next(from, Math.Max(from + 1, text.Length - 40));
        var token = text.IndexOfAny([' ', ',', '.', ';', '[', '{', '\n'], at);
        token = token < 0 ? at : token;
        switch (random.Next(6))
        {
            case 0:
                return text.Remove(token, Math.Min(random.Next(1, 12), text.Length - token));
            case 1:
                return text.Insert(token, text.Substring(random.Next(text.Length - 40), random.Next(1, 30)));
            case 2:
                return text[..at] + (char)random.Next(32, 127) + text[(at + 1)..];
            case 3:
                return text.Insert(token, Pieces[random.Next(Pieces.Length)]);
            case 4:
                return text[..at];
            default:
                var end = text.IndexOf(';', at);
                return end < 0 ? text : text.Remove(at, end - at);
        }
    }
}
