using System.Text.RegularExpressions;
using Xunit;

namespace PlamoNative.PtxEmulator.Tests.Cuda;

/// <summary>A fault planted into what nvcc emitted is found, with its kind and its place.</summary>
public sealed partial class CudaFaultTests
{
    // The second barrier of the loop keeps the next tile from overwriting what is still read.
    [Fact]
    public void A_missing_barrier_is_a_race()
    {
        var finding = Found("tiledMatMul", FindingKind.SharedRace, static text => text.Remove(text.LastIndexOf("bar.sync", StringComparison.Ordinal), "bar.sync \t0;".Length));
        Assert.Equal("tiledMatMul", finding.Kernel);
        Assert.Contains(".shared", finding.Instruction, StringComparison.Ordinal);
    }

    [Fact]
    public void A_copy_that_nobody_waited_for_is_found_where_it_is_read()
    {
        var finding = Found("asyncStencil", FindingKind.UnwaitedAsync, FindingKind.UninitializedShared, static text => text.Replace("cp.async.wait_group 1;", "", StringComparison.Ordinal));
        Assert.Contains("ld.shared", finding.Instruction, StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_too_far_is_out_of_bounds()
    {
        // The bound of the rows is raised by the launch, not by the text.
        var test = CudaCase.All["tiledMatMul"]();
        var arguments = test.Arguments.ToArray();
        arguments[3] = CudaArgument.Of(46);
        var finding = Assert.Single(CudaKernelTests.Run(new Machine(), test with { Arguments = arguments }).Findings, static finding => finding.Instruction.Contains("st.global", StringComparison.Ordinal));
        Assert.Equal(FindingKind.OutOfBounds, finding.Kind);
        Assert.Equal((1, 5), (finding.BlockY, finding.ThreadY));
    }

    [Fact]
    public void A_wrong_lane_of_a_fragment_gives_wrong_numbers()
    {
        var test = CudaCase.All["mmaMatMul"]();
        var text = CudaKernelTests.Text(test.File);

        // Registers 1 and 2 of the first A fragment change places.
        var wrong = FirstProduct().Replace(text, "$1$3, $2$4", 1);
        Assert.NotEqual(text, wrong);
        CudaKernelTests.Run(new Machine(), test, wrong);
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(test.Check);
    }

    private static Finding Found(string name, FindingKind kind, Func<string, string> plant) => Found(name, kind, kind, plant);

    private static Finding Found(string name, FindingKind kind, FindingKind orKind, Func<string, string> plant)
    {
        var test = CudaCase.All[name]();
        var text = CudaKernelTests.Text(test.File);
        var wrong = plant(text);
        Assert.NotEqual(text, wrong);
        var findings = CudaKernelTests.Run(new Machine(), test, wrong).Findings;
        Assert.True(findings.Any(finding => finding.Kind == kind || finding.Kind == orKind), $"expected {kind}, found {string.Join('\n', findings)}");
        var finding = findings.First(finding => finding.Kind == kind || finding.Kind == orKind);
        Assert.Contains(".shared", wrong.Split('\n')[finding.Line - 1], StringComparison.Ordinal);
        return finding;
    }

    [GeneratedRegex("(mma\\.sync\\S+ \\{[^}]*\\}, \\{%r\\d+, ?)(%r\\d+), ?(%r\\d+)(, ?%r\\d+\\})")]
    private static partial Regex FirstProduct();
}
