using Xunit;

namespace PlamoNative.Assembly.Tests;

public sealed class OccupancyTests
{
    // Worked out by hand from the limits of each capability.
    [Theory]
    [InlineData("75", 256, 32, 0, 4, 1.0)]
    [InlineData("75", 256, 72, 0, 3, 0.75)]
    [InlineData("75", 128, 32, 20 * 1024, 3, 0.375)]
    [InlineData("80", 256, 128, 0, 2, 0.25)]
    [InlineData("80", 128, 255, 0, 2, 0.125)]
    [InlineData("80", 256, 32, 48 * 1024, 3, 0.375)]
    [InlineData("86", 256, 40, 0, 6, 1.0)]
    [InlineData("86", 32, 16, 0, 16, 1.0 / 3)]
    [InlineData("89", 32, 16, 0, 24, 0.5)]
    [InlineData("90", 1024, 64, 0, 1, 0.5)]
    [InlineData("90a", 128, 168, 100 * 1024, 2, 0.125)]
    [InlineData("80", 64, 33, 0, 24, 0.75)]
    public void Blocks_and_part_of_the_warps(string architecture, int threads, int registers, int shared, int blocks, double fraction)
    {
        var found = Occupancy.Of(architecture, threads, registers, shared);
        Assert.Equal(blocks, found.Blocks);
        Assert.Equal(fraction, found.Fraction, 12);
    }

    [Fact]
    public void An_unknown_architecture_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(static () => Occupancy.Of("100", 32, 32, 0));
}
