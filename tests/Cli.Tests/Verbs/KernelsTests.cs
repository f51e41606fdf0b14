using System.Text.Json;
using PlamoNative.Cli.Kernels;
using PlamoNative.Cli.Parsing;
using PlamoNative.Cli.Verbs;
using PlamoNative.Engine;
using Xunit;

namespace PlamoNative.Cli.Tests.Verbs;

public sealed class KernelsTests
{
    private static readonly KernelManifest First = KernelLibrary.Default.Kernels[0];

    [Fact]
    public void The_list_names_every_kernel_for_every_target_with_registers_spills_and_expected_instructions()
    {
        var listed = CommandRun.Of("kernels", "list", "--json").Succeeds().Json.GetProperty("kernels").EnumerateArray().ToArray();
        Assert.Equal(
            KernelLibrary.Default.Kernels.Select(static kernel => $"{kernel.Name} {kernel.Architecture.Target}").Order(StringComparer.Ordinal),
            listed.Select(static kernel => $"{kernel.GetProperty("name").GetString()} {kernel.GetProperty("target").GetString()}").Order(StringComparer.Ordinal));
        var unknown = listed.Count(static kernel => kernel.GetProperty("registers").ValueKind == JsonValueKind.Null);
        Assert.True(unknown == 0, $"Kernels/Compiled/assembly.json knows nothing of {unknown} of {listed.Length} texts: run scripts/update-kernel-page.sh");
        Assert.All(listed, static kernel =>
        {
            Assert.InRange(kernel.GetProperty("registers").GetInt32(), 1, 255);
            Assert.Equal(0, kernel.GetProperty("spill_bytes").GetInt32());
            Assert.Equal(0, kernel.GetProperty("stack_bytes").GetInt32());
            Assert.All(kernel.GetProperty("expects").EnumerateArray(), opcode => Assert.True(kernel.GetProperty("found").GetProperty(opcode.GetString()!).GetInt32() > 0));
        });
    }

    [Fact]
    public void With_an_architecture_the_list_has_what_its_devices_run()
    {
        var listed = CommandRun.Of("kernels", "list", "--arch", "sm_80", "--json").Succeeds().Json.GetProperty("kernels").EnumerateArray().Select(static kernel => kernel.GetProperty("target").GetString()).ToArray();
        Assert.NotEmpty(listed);
        Assert.All(listed, static target => Assert.True(target is "sm_75" or "sm_80"));
        var lines = CommandRun.Of("kernels", "list", "--arch", "90a").Succeeds().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("kernel ", lines[0], StringComparison.Ordinal);
        Assert.Equal(KernelLibrary.Default.Kernels.Select(static kernel => kernel.Name).Distinct().Order(StringComparer.Ordinal), lines.Skip(1).Select(static line => line.Split(' ')[0]));
    }

    [Fact]
    public void The_text_of_a_kernel_is_printed_as_its_devices_are_given_it()
    {
        var name = KernelLibrary.Default.Kernels.First(static kernel => kernel.Architecture.ToString() == "80").Name;
        var run = CommandRun.Of("kernels", "ptx", name, "--arch", "sm_80").Succeeds();
        Assert.Contains(".target sm_80\n", run.Output, StringComparison.Ordinal);
        Assert.Equal(run.Output.TrimEnd(), CommandRun.Of("kernels", "ptx", name, "--arch", "80", "--json").Succeeds().Json.GetProperty("ptx").GetString()!.TrimEnd());
    }

    [Fact]
    public void Machine_code_is_printed_where_the_assembler_is_at_hand()
    {
        try
        {
            Disassembler.Find();
        }
        catch (UsageException absent)
        {
            Assert.Skip(absent.Message);
        }

        var run = CommandRun.Of("kernels", "sass", First.Name).Succeeds();
        Assert.Contains("EXIT", run.Output, StringComparison.Ordinal);
        Assert.Contains($".text.{First.Entry}", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_the_assembler_one_line_says_how_to_get_it()
    {
        using var empty = new Workplace();
        var refusal = Assert.Throws<UsageException>(() => Disassembler.Find(null, empty["nothing"], empty["clone"]));
        Assert.Contains("scripts/get-cuda-assembler.sh", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("PLAMO_CUDA_TOOLS", Assert.Throws<UsageException>(() => Disassembler.Find(empty["named"], null, empty["clone"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_names_and_architectures_are_refused()
    {
        CommandRun.Of("kernels", "ptx").RefusesWith("kernels ptx", "NAME", "nothing");
        CommandRun.Of("kernels", "ptx", First.Name + "x").RefusesWith("plamo kernels list", First.Name);
        CommandRun.Of("kernels", "ptx", First.Name, "--arch", "volta").RefusesWith("--arch", "sm_80", "'volta'");
        CommandRun.Of("kernels", "ptx", First.Name, "--arch", "sm_50").RefusesWith("--arch", First.Name, "sm_50");
        CommandRun.Of("kernels", "ptx", First.Name, "second").RefusesWith("second");
        CommandRun.Of("kernels", "list", "--arch", "sm_").RefusesWith("--arch");
    }

    [Fact]
    public void The_kernels_of_the_examples_exist()
    {
        var names = VerbCatalog.Entries.Where(static entry => entry.Name is "kernels ptx" or "kernels sass").Select(static entry => entry.Example.Split(' ')[3]).ToArray();
        Assert.Equal(2, names.Length);
        Assert.All(names, static name => Assert.True(KernelLibrary.Default.Contains(name), name));
    }

    [Theory]
    [InlineData("""{"kernels": [{"name": "K"}]}""")]
    [InlineData("""{"kernels": 5}""")]
    [InlineData("[")]
    public void A_damaged_table_is_refused(string json)
    {
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(json));
        Assert.Throws<ModelFormatException>(() => AssemblyTable.Read(stream));
    }
}
