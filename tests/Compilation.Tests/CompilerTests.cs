using System.Text.RegularExpressions;
using PlamoNative.Engine;
using Xunit;

namespace PlamoNative.Compilation.Tests;

/// <summary>A test for each remedy against what ILGPU 1.5.3 does by itself: an update of it could undo one.</summary>
public sealed partial class CompilerTests
{
    public static TheoryData<string, string> Everything() => [.. Compiled.Compiler.Kernels.SelectMany(k => k.Targets.Select(t => (k.Name, t.Name)))];

    [Theory]
    [MemberData(nameof(Everything))]
    public void Views_of_arguments_are_accessed_in_their_own_space_and_the_target_is_the_one_asked_for(string kernel, string target)
    {
        var text = Compiled.Ptx(kernel, target).Text;
        Assert.DoesNotMatch(GenericAccess(), text);
        Assert.Contains($"\n.target sm_{target}\n", text);
        Assert.Contains($".visible .entry {kernel.Replace('.', '_')}(", text);
    }

    [Theory]
    [InlineData("RemedyExamples.Barriers", "75", "7.4")]
    [InlineData("RemedyExamples.Barriers", "86", "7.4")]
    [InlineData("RemedyExamples.Barriers", "89", "7.8")]
    [InlineData("RemedyExamples.Barriers", "90", "7.8")]
    [InlineData("RemedyExamples.CalledFunction", "90", "7.8")]
    [InlineData("InstructionExamples.TensorCoreFp8", "89", "8.4")]
    [InlineData("InstructionExamples.TensorCoreFp8", "90", "8.4")]
    [InlineData("InstructionExamples.Warpgroup", "90a", "8.0")]
    public void A_text_asks_for_no_newer_version_than_its_instructions_need(string kernel, string target, string version)
    {
        var text = Compiled.Ptx(kernel, target).Text;
        Assert.Contains($"\n.version {version}\n", text);
        Assert.DoesNotContain("needs .version", text);
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public void The_assembler_takes_every_example_without_stack_or_spills(string kernel, string target)
        => Assembler.Accept(Compiled.Ptx(kernel, target));

    [Fact]
    public void Loads_stay_between_the_barriers_they_were_written_between()
    {
        var text = Compiled.Ptx("RemedyExamples.Barriers", "80").Text;
        var order = SharedOrBarrier().Matches(text).Select(m => m.Value).ToArray();
        Assert.Equal(["st.shared", "bar.sync", "ld.shared", "bar.sync"], order);
    }

    [Fact]
    public void Local_arrays_in_rolled_loops_become_registers()
    {
        var ptx = Compiled.Ptx("RemedyExamples.LocalArray", "80");
        Assert.Contains("ld.global", ptx.Text);
        Assembler.Accept(ptx);
    }

    [Theory]
    [InlineData("RemedyExamples.StructCopy")]
    [InlineData("RemedyExamples.CastCopy")]
    public void Structs_of_four_floats_move_in_one_access(string kernel)
    {
        var text = Compiled.Ptx(kernel, "75").Text;
        Assert.Equal(["ld.global.v4", "st.shared.v4", "ld.shared.v4", "st.global.v4"], WideAccess().Matches(text).Select(m => m.Value));
        Assert.DoesNotMatch(@"(ld|st)\.(global|shared)\.[bf]32", text);
    }

    [Fact]
    public void Launch_bounds_of_the_attribute_stand_in_the_text()
    {
        var text = Compiled.Ptx("RemedyExamples.Bounds", "90").Text;
        Assert.Contains(".maxntid 64, 1, 1\n.minnctapersm 4\n.maxnreg 40\n.explicitcluster\n.reqnctapercluster 2, 1, 1\n{", text);
    }

    [Fact]
    public void Bodies_of_instructions_are_left_out_and_called_functions_kept()
    {
        Assert.DoesNotContain(".func", Compiled.Ptx("InstructionExamples.Arithmetic", "80").Text);
        var text = Compiled.Ptx("RemedyExamples.CalledFunction", "80").Text;
        Assert.Contains("Outer_f0", text);
        Assert.Contains("Inner_f1", text);
    }

    [Fact]
    public void Variants_of_a_generic_kernel_are_kernels_of_their_own()
    {
        Assert.Contains("mul.f32", Compiled.Ptx("RemedyExamples.Generic.square", "80").Text);
        Assert.Contains("add.f32", Compiled.Ptx("RemedyExamples.Generic.double", "80").Text);
    }

    [Fact]
    public void The_same_source_gives_the_same_text_whatever_was_compiled_beside_it()
    {
        var kernels = Compiled.Compiler.Kernels.Where(k => k.Name.StartsWith("RemedyExamples", StringComparison.Ordinal) || k.Name.EndsWith("Warps", StringComparison.Ordinal)).ToArray();
        var first = kernels.Select(k => new KernelCompiler(typeof(Compiled).Assembly).Compile(k, k.Targets.First()).Text).ToArray();
        var second = new string[kernels.Length];
        Parallel.For(0, kernels.Length, i => second[i] = Compiled.Compiler.Compile(kernels[i], kernels[i].Targets.First()).Text);
        Assert.Equal(first, second);
        Assert.All(first, text => Assert.DoesNotMatch(@"_\d+\b(?=.*\.param)|L_\d", text));
    }

    [Fact]
    public void Parameters_lie_where_the_entry_declares_them()
    {
        var ptx = Compiled.Ptx("RemedyExamples.Parameters", "80");
        Assert.Equal(
            [
                new("x", KernelParameterKind.View, 0, 16), new("a", KernelParameterKind.Int32, 16, 4), new("b", KernelParameterKind.Int64, 24, 8), new("c", KernelParameterKind.UInt32, 32, 4),
                new("d", KernelParameterKind.Float32, 36, 4), new("e", KernelParameterKind.Float64, 40, 8), new("f", KernelParameterKind.Struct, 48, 16), new("g", KernelParameterKind.Int32, 64, 4),
            ],
            ptx.Parameters);
        Assert.Equal(68, ptx.ParameterBytes);
        Assert.Contains("[p_f+12]", ptx.Text);
    }

    [Fact]
    public void Shared_memory_is_counted_from_the_text()
    {
        Assert.Equal((1024, false), (Compiled.Ptx("RemedyExamples.StructCopy", "80") is var fixedSize ? fixedSize.StaticSharedBytes : 0, fixedSize.UsesDynamicShared));
        Assert.True(Compiled.Ptx("RemedyExamples.CastCopy", "80").UsesDynamicShared);
        Assert.Equal(0, Compiled.Ptx("RemedyExamples.CastCopy", "80").StaticSharedBytes);
    }

    [Fact]
    public void Line_information_names_our_source_and_leaves_the_code_alone()
    {
        var kernel = Compiled.Kernel("RemedyExamples.Barriers");
        var plain = Compiled.Compiler.Compile(kernel, PtxTarget.Parse("80")).Text;
        var lines = Compiled.Compiler.Compile(kernel, PtxTarget.Parse("80"), lineInformation: true);
        Assert.Matches(@"\.file\s+1 "".*RemedyExamples\.cs""", lines.Text);
        Assert.Matches(@"\.loc\s+1 \d+ \d+", lines.Text);
        Assert.DoesNotContain("debug", lines.Text);
        Assert.Equal(Code(plain), Code(lines.Text));
        Assembler.Accept(lines);
    }

    [Fact]
    public void The_cpus_functions_keep_products_and_sums_apart()
    {
        var text = Compiled.Ptx("RemedyExamples.CpuFunctions", "80").Text;
        Assert.DoesNotMatch(@"\b(mul|add|sub)\.f32", text);
        Assert.Contains("fma.rn.f32", text);
    }

    [Fact]
    public void Fp8_products_never_write_the_registers_they_add()
    {
        var text = Compiled.Ptx("InstructionExamples.TensorCoreFp8", "89").Text;
        var operands = Regex.Matches(text, @"mma\.sync[^{]*\{([^}]*)\}, \{[^}]*\}, \{[^}]*\}, \{([^}]*)\}");
        Assert.Equal(2, operands.Count);
        Assert.All(operands, m => Assert.Empty(m.Groups[1].Value.Split(", ").Intersect(m.Groups[2].Value.Split(", "))));
    }

    [Fact]
    public void Wgmma_updates_in_place_unless_the_old_sums_are_wanted()
    {
        var loop = Compiled.Ptx("InstructionExamples.Warpgroup", "90a").Text;
        Assert.DoesNotMatch(@"mov\.\w+\s+%f\d+, %f\d+", loop);
        var kept = Compiled.Ptx("RemedyExamples.WgmmaKeepsOld", "90a").Text;
        Assert.Equal(16, Regex.Count(kept, @"mov\.b32 %f\d+, %f\d+;"));
    }

    [Theory]
    [InlineData("CallsTheRuntime", "75", "RefusedExamples.CallsTheRuntime", "Exp")]
    [InlineData("TakesABool", "75", "parameter 'b' is a Boolean", "ArrayView<T>")]
    [InlineData("WaitsForAVariable", "80", "argument 'pending' of CpAsync.WaitGroup has to be a constant", "RefusedExamples.WaitsForAVariable")]
    [InlineData("LoadsMatrixFromGlobal", "80", "LdMatrix.Load4 needs an address in shared memory and got one in global", "RefusedExamples")]
    [InlineData("TooNew", "80", "RefusedExamples.TooNew", "Elect")]
    public void What_does_not_compile_says_which_kernel_and_why(string method, string target, string first, string second)
    {
        var error = Assert.Throws<KernelCompilationException>(() => Compiled.Compiler.Compile(RefusedExamples.Declare(method, target), PtxTarget.Parse(target)));
        Assert.Contains("RefusedExamples." + method, error.Message);
        Assert.Contains(first, error.Message);
        Assert.Contains(second, error.Message);
        Assert.DoesNotContain("\n", error.Message);
        Assert.Equal("RefusedExamples." + method, error.Kernel);
    }

    [Fact]
    public void A_failed_kernel_does_not_spoil_the_next()
    {
        Assert.Throws<KernelCompilationException>(() => Compiled.Compiler.Compile(RefusedExamples.Declare("CallsTheRuntime", "75"), PtxTarget.Parse("75")));
        Assert.Contains("ret;", Compiled.Ptx("RemedyExamples.StructCopy", "75").Text);
    }

    [Fact]
    public void A_kernel_is_not_to_be_had_below_its_architecture()
        => Assert.Throws<KernelCompilationException>(() => Compiled.Ptx("InstructionExamples.Warpgroup", "90"));

    private static string[] Code(string text)
        => [.. text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0 && !l.StartsWith("//", StringComparison.Ordinal) && !l.StartsWith(".loc", StringComparison.Ordinal) && !l.StartsWith(".file", StringComparison.Ordinal))];

    [GeneratedRegex(@"\b(ld|st)\.(volatile\.)?(v[24]\.)?[bfsu](8|16|32|64)\b")]
    private static partial Regex GenericAccess();

    [GeneratedRegex(@"\b(ld|st)\.shared|\bbar\.sync")]
    private static partial Regex SharedOrBarrier();

    [GeneratedRegex(@"\b(ld|st)\.(global|shared)\.v4")]
    private static partial Regex WideAccess();
}
