using Xunit;

namespace PlamoNative.Assembly.Tests;

public sealed class PtxLintTests
{
    [Fact]
    public void Nothing_is_said_of_a_right_kernel() => Assert.Empty(PtxLint.Check(Planted.Module(Planted.Body)));

    [Theory]
    [InlineData("ld.global.f32 %f1", "ld.f32 %f1", Rule.GenericAccess)]
    [InlineData("st.global.f32 [", "st.volatile.f32 [", Rule.GenericAccess)]
    [InlineData("st.global.f32 [%rd2], %f1;", "atom.add.f32 %f3, [%rd2], %f1;", Rule.GenericAccess)]
    [InlineData("add.u32 %r4, %r4, 1;", "call.uni helper, ();", Rule.Call)]
    [InlineData("xor.b32 %r5, %r3, 4;\n    ld.shared.f32 %f2, [%r5];\n    bar.sync 0;", "bar.sync 0;\n    xor.b32 %r5, %r3, 4;\n    ld.shared.f32 %f2, [%r5];", Rule.AdjacentBarriers)]
    public void A_planted_fault_is_found(string right, string wrong, Rule rule)
    {
        var complaint = Assert.Single(PtxLint.Check(Planted.With(right, wrong)));
        Assert.Equal(rule, complaint.Rule);
    }

    // What ILGPU's level O2 makes of "store; barrier; sum += load; barrier": both barriers first, then the load.
    [Fact]
    public void A_load_moved_below_the_last_barrier_of_a_loop_is_named_with_both_lines()
    {
        var unit = Planted.With("xor.b32 %r5, %r3, 4;\n    ld.shared.f32 %f2, [%r5];\n    bar.sync 0;", "bar.sync 0;\n    xor.b32 %r5, %r3, 4;\n    ld.shared.f32 %f2, [%r5];");
        var lines = unit.Text.Split('\n').Select(static (text, index) => (text, line: index + 1)).Where(static item => item.text.Contains("bar.sync", StringComparison.Ordinal)).ToArray();
        var complaint = Assert.Single(PtxLint.Check(unit));
        Assert.Equal($"PTX line {lines[1].line}", complaint.Place);
        Assert.Contains($"line {lines[0].line} ", complaint.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bar.sync 1, 64;\n    bar.sync 2, 64;")]
    [InlineData("bar.arrive 1, 64;\n    bar.sync 0;")]
    [InlineData("bar.sync 0;\nNEXT:\n    bar.sync 0;")]
    public void Barriers_that_mean_something_together_are_let_be(string barriers) =>
        Assert.Empty(PtxLint.Check(Planted.With("st.global.f32 [%rd2], %f1;", $"st.global.f32 [%rd2], %f1;\n{barriers}")));

    [Fact]
    public void A_local_array_is_found() =>
        Assert.Equal(Rule.LocalVariable, Assert.Single(PtxLint.Check(Planted.Module(Planted.Body, declarations: ".local .align 4 .b8 scratch[64];"))).Rule);

    [Theory]
    [InlineData("90", "{%f4, %f5, %f6, %f7}", true)]
    [InlineData("90a", "{%f4, %f5, %f6, %f7}", true)]
    [InlineData("90", "{%f8, %f9, %f10, %f7}", true)]
    [InlineData("90", "{%f8, %f9, %f10, %f11}", false)]
    [InlineData("89", "{%f4, %f5, %f6, %f7}", false)]
    public void Narrow_products_in_place_are_refused_for_Hopper(string architecture, string result, bool refused)
    {
        var complaints = PtxLint.Check(Planted.NarrowMatMul(architecture, result));
        Assert.Equal(refused ? [Rule.NarrowInPlace] : [], complaints.Select(static complaint => complaint.Rule));
    }

    [Fact]
    public void Comments_line_information_and_labels_do_not_disturb_the_lines()
    {
        var unit = Planted.With("xor.b32 %r5, %r3, 4;", "// a comment; with { braces }\n    .loc 1 5 0\n$L__tmp: /* two\n lines */ xor.b32 %r5, %r3, 4;\n    ld.u32 %r6, [%rd2];");
        var expected = 1 + Array.FindIndex(unit.Text.Split('\n'), static line => line.Contains("ld.u32", StringComparison.Ordinal));
        Assert.Equal($"PTX line {expected}", Assert.Single(PtxLint.Check(unit)).Place);
    }

    [Fact]
    public void A_text_without_the_entry_is_refused() => Assert.Throws<ArgumentException>(static () => PtxLint.Check(Planted.Module(Planted.Body) with { Entry = "other" }));
}
