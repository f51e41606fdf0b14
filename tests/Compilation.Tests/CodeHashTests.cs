using Xunit;

namespace PlamoNative.Compilation.Tests;

public sealed class CodeHashTests
{
    [Fact]
    public void Another_version_or_commit_of_the_same_code_has_the_same_hash()
    {
        var first = WrittenAssembly.Make(version: "1.0+aaaa");
        var second = WrittenAssembly.Make(version: "1.0+bbbb");
        Assert.NotEqual(first.ManifestModule.ModuleVersionId, second.ManifestModule.ModuleVersionId);
        Assert.Equal(CodeHash.Of(first), CodeHash.Of(second));
    }

    [Fact]
    public void Other_code_has_another_hash()
        => Assert.NotEqual(CodeHash.Of(WrittenAssembly.Make()), CodeHash.Of(WrittenAssembly.Make(constant: 2)));

    [Fact]
    public void The_compiler_and_the_library_format_have_one()
        => Assert.NotEqual(CodeHash.Of(typeof(KernelCompiler).Assembly), CodeHash.Of(typeof(Engine.KernelManifest).Assembly));
}
