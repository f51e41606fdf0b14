using System.Reflection;
using PlamoNative.Engine;
using Xunit;

namespace PlamoNative.Compilation.Tests;

public sealed class KernelLibraryBuilderTests
{
    [Fact]
    public void Two_builds_give_the_same_bytes_and_the_second_compiles_nothing()
    {
        var folder = Directory.CreateTempSubdirectory("plamo-kernels");
        try
        {
            var builder = new KernelLibraryBuilder(Compiled.Compiler, folder.FullName);
            var first = builder.Build();
            Assert.True(builder.Compiled > 20);
            var second = builder.Build();
            Assert.Equal(0, builder.Compiled);
            Assert.Equal(first, second);
            Assert.Equal(first, new KernelLibraryBuilder(new KernelCompiler(typeof(Compiled).Assembly), null).Build());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_finished_build_removes_the_texts_it_did_not_use_and_nothing_else()
    {
        var folder = Directory.CreateTempSubdirectory("plamo-kernels");
        try
        {
            string Within(string name) => Path.Combine(folder.FullName, name);
            File.WriteAllText(Within("old.ptx"), "of an older source");
            File.WriteAllText(Within("library.txt"), "stamp");
            var builder = new KernelLibraryBuilder(Compiled.Compiler, folder.FullName);
            builder.Build();
            Assert.False(File.Exists(Within("old.ptx")));
            Assert.True(File.Exists(Within("library.txt")));
            Assert.Equal(builder.Compiled, folder.GetFiles("*.ptx").Length);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void What_the_library_holds_is_what_each_target_compiles_to()
    {
        var library = KernelLibrary.Read(new KernelLibraryBuilder(Compiled.Compiler, null).Build(), "test");
        Assert.Equal(Compiled.Compiler.Kernels.Sum(k => k.Targets.Count()), library.Kernels.Count);
        foreach (var manifest in library.Kernels)
        {
            var ptx = Compiled.Ptx(manifest.Name, manifest.Architecture.ToString());
            Assert.Equal(ptx.Text, library.Text(manifest));
            Assert.Equal(ptx.Parameters, manifest.Parameters);
            Assert.Equal((ptx.ParameterBytes, ptx.StaticSharedBytes, ptx.UsesDynamicShared), (manifest.ParameterBytes, manifest.StaticSharedBytes, manifest.UsesDynamicShared));
            Assert.Equal(Compiled.Kernel(manifest.Name).Declaration.BlockThreads, manifest.BlockThreads);
        }
    }

    [Fact]
    public void Fingerprints_differ_where_kernels_do_and_only_there()
    {
        var prints = Compiled.Compiler.Kernels.Select(KernelFingerprint.Of).ToArray();
        Assert.Equal(prints.Length, prints.Distinct().Count());
        Assert.Equal(prints, new KernelCompiler(typeof(Compiled).Assembly).Kernels.Select(KernelFingerprint.Of));
    }

    [Fact]
    public void A_fingerprint_covers_names_of_parameters_and_whether_a_call_may_be_inlined()
    {
        string Of(Assembly assembly) => KernelFingerprint.Of(WrittenAssembly.Kernel(assembly));
        var plain = Of(WrittenAssembly.Make());
        Assert.Equal(plain, Of(WrittenAssembly.Make(version: "2.0")));
        Assert.NotEqual(plain, Of(WrittenAssembly.Make(parameter: "renamed")));
        Assert.NotEqual(plain, Of(WrittenAssembly.Make(flags: MethodImplAttributes.IL | MethodImplAttributes.NoInlining)));
        Assert.NotEqual(plain, Of(WrittenAssembly.Make(constant: 2)));
    }

    [Theory]
    [InlineData("RemedyExamples.CpuFunctions", "DeviceScalar::Single Scale")]
    [InlineData("RemedyExamples.CpuFunctions", "FastMath::Single Fma")]
    [InlineData("RemedyExamples.CpuFunctions", "SimdMath::")]
    [InlineData("RemedyExamples.Generic.square", "Squared::Single Value")]
    [InlineData("RemedyExamples.CalledFunction", "Single Inner")]
    [InlineData("RemedyExamples.Parameters", "type PlamoNative.Compilation.Tests.RemedyExamples+Pair")]
    public void A_fingerprint_covers_what_the_kernel_reaches_also_through_interfaces(string kernel, string name)
        => Assert.Contains(KernelFingerprint.Names(Compiled.Kernel(kernel)), n => n.Contains(name, StringComparison.Ordinal));

    [Fact]
    public void A_fingerprint_leaves_out_what_the_kernel_does_not_reach()
        => Assert.DoesNotContain(KernelFingerprint.Names(Compiled.Kernel("RemedyExamples.Generic.square")), n => n.Contains("Doubled", StringComparison.Ordinal));
}
