using PlamoNative.Engine;
using Xunit;

namespace PlamoNative.Kernels.Tests;

/// <summary>Attention through a cache is attention over the whole sequence, however it is cut.</summary>
public sealed class KvCacheTests
{
    [Theory]
    [InlineData(null, DType.Float32, 2e-6)]
    [InlineData(null, DType.Float32, 2e-6, 20, 1, 64)]
    [InlineData(90, DType.Float32, 2e-6, 7, 1, 32)]
    [InlineData(61, DType.Float32, 2e-6, 100, 1, 2)]
    [InlineData(0, DType.Float32, 2e-6)]
    [InlineData(1, DType.Float32, 2e-6)]
    [InlineData(7, DType.Float32, 2e-6)]
    [InlineData(100, DType.Float32, 2e-6)]
    [InlineData(1000, DType.Float32, 2e-6)]
    [InlineData(null, DType.Float64, 1e-13)]
    [InlineData(7, DType.Float64, 1e-13)]
    [InlineData(100, DType.Float64, 1e-13)]
    public void Any_pieces_give_the_values_of_the_whole(int? window, DType dtype, double tolerance, int queryHeads = 4, int keyValueHeads = 2, int headSize = 12)
    {
        using var device = new CpuDevice(2);
        var inputs = new AttentionCase([0, 330], queryHeads, keyValueHeads, headSize, window);
        var (expected, expectedLogSumExp) = inputs.Reference();
        foreach (var pieces in new[] { [330], [1, 329], [64, 1, 1, 100, 3, 161], Enumerable.Repeat(1, 330).ToArray(), [200, 0, 130] })
        {
            using var cache = new KvCache(device, keyValueHeads, headSize, window, dtype);
            var output = new List<double>();
            var logSumExp = new List<double>();
            var at = 0;
            foreach (var piece in pieces)
            {
                var part = inputs.Run(device, dtype, [cache], at, piece);
                output.AddRange(part.Output);
                logSumExp.AddRange(part.LogSumExp);
                at += piece;
                Assert.Equal(at, cache.Position);
                Assert.Equal(Math.Min(at, window ?? at), cache.Count);
            }

            TestTensors.Close($"{pieces.Length} pieces", expected, output.ToArray(), tolerance);
            TestTensors.Close($"{pieces.Length} pieces, logSumExp", expectedLogSumExp, logSumExp.ToArray(), tolerance);
        }
    }

    [Fact]
    public void A_window_keeps_no_more_than_its_tokens()
    {
        using var device = new CpuDevice(1);
        var inputs = new AttentionCase([0, 300], 1, 1, 4, 100);
        using var cache = new KvCache(device, 1, 4, 100, DType.Float32);
        inputs.Run(device, DType.Float32, [cache], 0, 300);
        Assert.Equal(100, cache.Capacity);
        Assert.Equal(100, cache.Count);
        Assert.Equal(2 * 100 * 4 * sizeof(float), cache.ByteLength);
    }

    [Fact]
    public void A_fork_goes_its_own_way_and_a_reset_cache_begins_anew()
    {
        using var device = new CpuDevice(1);
        var inputs = new AttentionCase([0, 150], 2, 1, 8, 60);
        using var cache = new KvCache(device, 1, 8, 60, DType.Float32);
        inputs.Run(device, DType.Float32, [cache], 0, 100);
        using var fork = cache.Clone();
        var expected = inputs.Run(device, DType.Float32, [cache], 100, 50).Output;
        Assert.Equal(100, fork.Position);
        TestTensors.SameBits("fork", expected, inputs.Run(device, DType.Float32, [fork], 100, 50).Output);

        cache.Reset();
        var whole = inputs.Run(device, DType.Float32).Output;
        TestTensors.SameBits("after a reset", whole, inputs.Run(device, DType.Float32, [cache], 0, 150).Output);
    }
}
