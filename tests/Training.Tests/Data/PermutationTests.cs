using PlamoNative.Training.Data;
using Xunit;

namespace PlamoNative.Training.Tests.Data;

public sealed class PermutationTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(4096)]
    [InlineData(10007)]
    public void Every_number_comes_once(int count)
    {
        var order = new Permutation(count, seed: 3, stream: 9);
        var seen = new bool[count];
        for (var i = 0; i < count; i++)
        {
            seen[order[i]] = true;
        }

        Assert.All(seen, Assert.True);
        Assert.Throws<ArgumentOutOfRangeException>(() => order[count]);
        Assert.Throws<ArgumentOutOfRangeException>(() => order[-1]);
    }

    [Fact]
    public void Large_ranges_need_no_memory_and_stay_inside()
    {
        var order = new Permutation(long.MaxValue / 3, 1, 2);
        var seen = new HashSet<long>();
        for (var i = 0; i < 1000; i++)
        {
            Assert.InRange(order[i], 0, long.MaxValue / 3 - 1);
            seen.Add(order[i]);
        }

        Assert.Equal(1000, seen.Count);
    }

    [Fact]
    public void Neighbours_are_torn_apart_and_keys_differ()
    {
        const int Count = 5000;
        var one = new Permutation(Count, 1, 0);
        var two = new Permutation(Count, 1, 4);
        var distance = 0.0;
        var equal = 0;
        for (var i = 0; i + 1 < Count; i++)
        {
            distance += Math.Abs(one[i + 1] - one[i]);
            equal += one[i] == two[i] ? 1 : 0;
        }

        // Independent uniform numbers lie a third of the range apart on average; one place in Count agrees by chance.
        Assert.InRange(distance / Count, 0.31 * Count, 0.36 * Count);
        Assert.InRange(equal, 0, 8);
    }

    [Fact]
    public void Orders_of_three_are_all_reached_about_equally_often()
    {
        var counts = new Dictionary<(long, long, long), int>();
        for (ulong key = 0; key < 3000; key++)
        {
            var order = new Permutation(3, key, 0);
            var found = (order[0], order[1], order[2]);
            counts[found] = counts.GetValueOrDefault(found) + 1;
        }

        Assert.Equal(6, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, 400, 600));
    }

    /// <summary>A run that is resumed on another machine, or after an update, must find the same order.</summary>
    [Fact]
    public void The_order_of_a_key_never_changes()
    {
        var order = new Permutation(1000, 42, 6);
        Assert.Equal([297, 529, 819, 219, 911], Enumerable.Range(0, 5).Select(index => order[index]));
    }
}
