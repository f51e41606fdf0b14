using Xunit;

namespace PlamoNative.Assembly.Tests;

/// <summary>Each rule of the gate fails on a fault planted for it, with the real assembler.</summary>
public sealed class AssemblyLintTests
{
    private static readonly KernelPromise Promise = new(BlockThreads: 64, MaximumRegisters: 0, Expects: "");

    private static IReadOnlyList<Complaint> Check(PtxUnit unit, KernelPromise? promise = null) => AssemblyLint.Check(Assembler.Assemble(unit), promise ?? Promise);

    [Theory]
    [InlineData("75")]
    [InlineData("80")]
    [InlineData("86")]
    [InlineData("89")]
    [InlineData("90")]
    [InlineData("90a")]
    public void Nothing_is_said_of_a_right_kernel(string architecture)
    {
        var assembled = Assembler.Assemble(Planted.Module(Planted.Body, architecture));
        Assert.Empty(AssemblyLint.Check(assembled, Promise with { Expects = "LDG.E STG.E STS LDS BAR.SYNC" }));
        Assert.NotNull(assembled.Resources);
        Assert.InRange(assembled.Resources.Registers, 4, 32);
        Assert.Equal(256, assembled.Resources.SharedBytes);
    }

    [Fact]
    public void An_error_is_reported_with_its_line_and_does_not_touch_the_rest_of_the_batch()
    {
        var wrong = Planted.With("add.f32 %f1, %f1, %f2;", "addd.f32 %f1, %f1, %f2;");
        var line = 1 + Array.FindIndex(wrong.Text.Split('\n'), static text => text.Contains("addd", StringComparison.Ordinal));
        var results = Assembler.AssembleAll([Planted.Module(Planted.Body), wrong with { Entry = "second", Text = wrong.Text.Replace("entry kernel", "entry second", StringComparison.Ordinal) }]);
        Assert.Empty(AssemblyLint.Check(results[0], Promise));
        var complaints = AssemblyLint.Check(results[1], Promise);
        Assert.All(complaints, static complaint => Assert.Equal(Rule.Error, complaint.Rule));
        Assert.Contains(complaints, complaint => complaint.Message.Contains($"line {line}", StringComparison.Ordinal));
    }

    [Fact]
    public void Kernels_of_one_batch_keep_their_own_shared_memory()
    {
        var names = new[] { "first", "second", "third" };
        var units = names.Select(static (name, index) => Planted.Module(Planted.Body).ReplaceText("entry kernel", $"entry {name}").ReplaceText("tile[256]", $"tile[{256 * (index + 1)}]") with { Entry = name });
        Assert.Equal([256, 512, 768], Assembler.AssembleAll([.. units]).Select(static unit => unit.Resources!.SharedBytes));
    }

    [Fact]
    public void Spills_are_found()
    {
        // 200 values that are all alive at once, in 32 registers.
        var loads = string.Concat(Enumerable.Range(10, 200).Select(static i => $"ld.global.f32 %f{i}, [%rd2+{i * 256}];\n"));
        var stores = string.Concat(Enumerable.Range(10, 200).Select(static i => $"st.global.f32 [%rd2+{(219 - i) * 256}], %f{i};\n"));
        var unit = Planted.With("mov.u32 %r2, tile;", $"{loads}bar.sync 0;\n{stores}mov.u32 %r2, tile;");
        unit = unit with { Text = unit.Text.Replace(".maxntid", ".maxnreg 32\n.maxntid", StringComparison.Ordinal).Replace(".maxntid 64, 1, 1", "", StringComparison.Ordinal) };
        var rules = Check(unit).Select(static complaint => complaint.Rule).ToHashSet();
        Assert.Contains(Rule.Spill, rules);
        Assert.Contains(Rule.LocalAccess, rules);
    }

    [Fact]
    public void A_stack_frame_is_found()
    {
        var unit = Planted.With(
            "add.u32 %r4, %r4, 1;", "st.local.f32 [scratch], %f1; and.b32 %r6, %r1, 60; mov.u32 %r7, scratch; add.u32 %r7, %r7, %r6; ld.local.f32 %f1, [%r7]; add.u32 %r4, %r4, 1;", ".local .align 4 .b8 scratch[64];");
        var rules = Check(unit).Select(static complaint => complaint.Rule).ToHashSet();
        Assert.Contains(Rule.Stack, rules);
        Assert.Contains(Rule.LocalAccess, rules);
    }

    [Fact]
    public void Registers_over_the_budget_are_found()
    {
        var complaint = Assert.Single(Check(Planted.Module(Planted.Body), Promise with { MaximumRegisters = 5 }));
        Assert.Equal(Rule.RegisterBudget, complaint.Rule);
        Assert.Contains("budget of 5", complaint.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_generic_access_is_found_in_the_machine_code() =>
        Assert.Contains(Check(Planted.With("cvta.to.global.u64 %rd1, %rd1;", "").ReplaceText("ld.global.f32", "ld.f32")), static complaint => complaint.Rule == Rule.GenericAccess);

    [Fact]
    public void A_barrier_that_the_machine_code_lacks_is_found()
    {
        var assembled = Assembler.Assemble(Planted.Module(Planted.Body));
        var complaint = Assert.Single(AssemblyLint.Check(assembled with { Code = assembled.Code.Without("BAR.SYNC") }, Promise));
        Assert.Equal(Rule.LostBarrier, complaint.Rule);
        Assert.Contains("2 barriers in the PTX, 0 in the machine code", complaint.Message, StringComparison.Ordinal);
        Assert.Empty(AssemblyLint.Check(assembled with { Code = assembled.Code.Without("BAR.SYNC") }, Promise with { BlockThreads = 32 }));
    }

    [Fact]
    public void A_missing_instruction_is_named_with_its_relatives()
    {
        var complaints = Check(Planted.Module(Planted.Body), Promise with { Expects = "LDG.E.128 HMMA" });
        Assert.All(complaints, static complaint => Assert.Equal(Rule.MissingInstruction, complaint.Rule));
        Assert.Contains("expected LDG.E.128, found LDG.E", complaints[0].Message, StringComparison.Ordinal);
        Assert.Contains("expected HMMA, found none of its kind", complaints[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tensor_core_work_that_is_serialized_is_an_error()
    {
        // The accumulators are touched between two wgmma of one stage.
        const string Registers = "{%f0, %f1, %f2, %f3}";
        var unit = Planted.Module($$"""
                ld.param.u64 %rd1, [kernel_param_0];
                mov.f32 %f0, 0f00000000;
                mov.f32 %f1, 0f00000000;
                mov.f32 %f2, 0f00000000;
                mov.f32 %f3, 0f00000000;
                mov.b64 %rd2, 0x4000004000010000;
                setp.eq.u32 %p1, 0, 0;
                wgmma.fence.sync.aligned;
                wgmma.mma_async.sync.aligned.m64n8k16.f32.bf16.bf16 {{Registers}}, %rd2, %rd2, %p1, 1, 1, 0, 0;
                add.f32 %f0, %f0, %f1;
                wgmma.mma_async.sync.aligned.m64n8k16.f32.bf16.bf16 {{Registers}}, %rd2, %rd2, %p1, 1, 1, 0, 0;
                wgmma.commit_group.sync.aligned;
                wgmma.wait_group.sync.aligned 0;
                st.global.v4.f32 [%rd1], {{Registers}};
                ret;
            """, "90a", blockThreads: 128);
        Assert.Contains(Check(unit, Promise with { BlockThreads = 128 }), static complaint => complaint.Rule == Rule.SerializedTensorCore && complaint.Message.Contains("C7515", StringComparison.Ordinal));
    }

    [Fact]
    public void Too_much_static_shared_memory_is_found()
    {
        var unit = Planted.With("mov.u32 %r2, tile;", "mov.u32 %r2, tile;\n    st.shared.f32 [%r2+60000], %f1;").ReplaceText("tile[256]", "tile[65536]");
        Assert.Contains(Check(unit), static complaint => complaint.Rule is Rule.SharedMemory or Rule.Error);
    }
}

/// <summary>Short words for changing a planted unit.</summary>
internal static class PtxUnitExtensions
{
    internal static PtxUnit ReplaceText(this PtxUnit unit, string from, string to) => unit with { Text = unit.Text.Replace(from, to, StringComparison.Ordinal) };
}
