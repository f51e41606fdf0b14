using Xunit;

namespace PlamoNative.Compilation.Tests;

public sealed class PtxTargetTests
{
    [Theory]
    [InlineData("75", "75 80 86 89 90")]
    [InlineData("86", "86 89 90")]
    [InlineData("90", "90")]
    [InlineData("90a", "90a")]
    public void A_kernel_is_compiled_from_its_first_architecture_on_and_a_specific_one_alone(string first, string all)
        => Assert.Equal(all.Split(' '), PtxTarget.From(PtxTarget.Parse(first)).Select(t => t.Name));

    [Theory]
    [InlineData("90a", "80", true)]
    [InlineData("90a", "90a", true)]
    [InlineData("90", "90a", false)]
    [InlineData("80", "89", false)]
    public void Instructions_are_had_from_their_architecture_on(string target, string needed, bool has)
        => Assert.Equal(has, PtxTarget.Parse(target).Has(PtxTarget.Parse(needed)));

    [Fact]
    public void An_unknown_architecture_is_refused_with_the_list()
        => Assert.Contains("75, 80, 86, 89, 90, 90a", Assert.Throws<ArgumentException>(() => PtxTarget.Parse("sm_42")).Message);
}
