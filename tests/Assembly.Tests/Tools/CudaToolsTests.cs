using Xunit;
using Xunit.Sdk;

namespace PlamoNative.Assembly.Tests;

public sealed class CudaToolsTests
{
    [Fact]
    public void Without_the_tools_a_test_skips_with_the_way_to_get_them()
    {
        // The runner would take a skip thrown out of an assertion for this test's own.
        var message = "";
        try
        {
            CudaTools.Missing(null);
        }
        catch (SkipException skip)
        {
            message = skip.Message;
        }

        Assert.Contains("scripts/get-cuda-assembler.sh", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_they_are_required_the_skip_is_a_failure() =>
        Assert.Contains("PLAMO_REQUIRE_PTXAS is 1", Assert.ThrowsAny<FalseException>(static () => CudaTools.Missing("1")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_named_folder_wins_and_its_programs_may_be_in_it_or_in_its_bin()
    {
        using var root = new TemporaryFolder();
        Assert.Null(CudaTools.Find(root.Path, root.Path));
        root.Touch("toolkit/bin/ptxas", "toolkit/bin/nvdisasm", "plain/ptxas", "plain/nvdisasm", ".tools/cuda-12.4/bin/ptxas", ".tools/cuda-12.4/bin/nvdisasm");
        Assert.Equal(Path.Combine(root.Path, "toolkit", "bin"), CudaTools.Find(Path.Combine(root.Path, "toolkit"), root.Path));
        Assert.Equal(Path.Combine(root.Path, "plain"), CudaTools.Find(Path.Combine(root.Path, "plain"), root.Path));
        Assert.Equal(Path.Combine(root.Path, ".tools", "cuda-12.4", "bin"), CudaTools.Find("", root.Path));
        Assert.Null(CudaTools.Find(Path.Combine(root.Path, "absent"), root.Path));
    }
}
