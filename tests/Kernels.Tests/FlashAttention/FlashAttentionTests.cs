using PlamoNative.Engine;
using Xunit;

namespace PlamoNative.Kernels.Tests;

/// <summary>Attention against its formula and against golden values.</summary>
public sealed class FlashAttentionTests
{
    private const double SingleTolerance = 2e-6;
    private const double DoubleTolerance = 1e-13;

    public static TheoryData<int[], int, int, int, int?> Shapes => new()
    {
        { [0, 0], 2, 1, 4, null },
        { [0, 1], 1, 1, 2, null },
        { [0, 1], 16, 1, 128, 0 },
        { [0, 2, 2, 9], 3, 2, 7, null },
        { [0, 5, 18], 6, 2, 64, 7 },
        { [0, 95], 1, 1, 32, null },
        { [0, 96], 1, 1, 33, 1 },
        { [0, 97], 1, 1, 31, 0 },
        { [0, 131, 132], 4, 4, 16, 1000 },
        { [0, 211], 2, 1, 128, 50 },
        { [0, 11, 24], 32, 4, 128, 5 },
        { [0, 401], 1, 1, 5, 95 },
        { [0, 60], 16, 1, 24, null },
        { [0, 7], 2, 5, 8, null },
        { [0, 193], 1, 1, 1, 96 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Attention_follows_its_formula(int[] offsets, int queryHeads, int keyValueHeads, int headSize, int? window)
    {
        using var device = new CpuDevice(2);
        var inputs = new AttentionCase(offsets, queryHeads, keyValueHeads, headSize, window);
        var (output, logSumExp) = inputs.Reference();
        foreach (var (dtype, tolerance) in new[] { (DType.Float32, SingleTolerance), (DType.Float64, DoubleTolerance) })
        {
            var actual = inputs.Run(device, dtype);
            TestTensors.Close($"{inputs} {dtype.Name()} output", output, actual.Output, tolerance);
            TestTensors.Close($"{inputs} {dtype.Name()} logSumExp", logSumExp, actual.LogSumExp, tolerance);
        }
    }

    [Theory]
    [InlineData("attention-full", new[] { 0, 13, 14, 19 }, 6, 2, 7, null)]
    [InlineData("attention-window", new[] { 0, 17, 18, 24 }, 3, 1, 5, 4)]
    [InlineData("attention-long", new[] { 0, 1, 98, 127 }, 2, 2, 3, 31)]
    public void Attention_gives_the_golden_values(string name, int[] offsets, int queryHeads, int keyValueHeads, int headSize, int? window)
    {
        using var device = new CpuDevice(2);
        var golden = TestTensors.Golden(name);
        var inputs = new AttentionCase(offsets, queryHeads, keyValueHeads, headSize, window) { Q = golden["q"], K = golden["k"], V = golden["v"] };
        foreach (var (dtype, tolerance) in new[] { (DType.Float32, 1e-5), (DType.Float64, 1e-11) })
        {
            var (output, logSumExp) = inputs.Run(device, dtype);
            TestTensors.Close($"{name} {dtype.Name()} y", golden["y"], output, tolerance);
            TestTensors.Close($"{name} {dtype.Name()} logsumexp", golden["logsumexp"], logSumExp, tolerance);
        }
    }

    [Fact]
    public void Scores_of_several_hundred_neither_overflow_nor_lose_the_largest()
    {
        using var device = new CpuDevice(1);
        var inputs = new AttentionCase([0, 150], 2, 1, 64, 40, spread: 20);
        var (output, logSumExp) = inputs.Reference();
        var actual = inputs.Run(device, DType.Float32);
        Assert.True(logSumExp.Max() > 300, "the case is not extreme");
        TestTensors.Close("output", output, actual.Output, 2e-3);
        TestTensors.Close("logSumExp", logSumExp, actual.LogSumExp, 1e-6);
    }

    [Fact]
    public void A_key_that_is_not_visible_does_not_matter_even_if_it_is_infinite()
    {
        using var device = new CpuDevice(1);
        var inputs = new AttentionCase([0, 40], 2, 1, 8, 3);
        var expected = inputs.Run(device, DType.Float32).Output;
        inputs.K[(39 * 8) + 3] = double.PositiveInfinity;
        var actual = inputs.Run(device, DType.Float32).Output;
        TestTensors.SameBits("all rows but the last", expected.AsSpan(0, 39 * 2 * 8), actual.AsSpan(0, 39 * 2 * 8));
    }

    [Fact]
    public void Tensors_that_do_not_fit_are_named()
    {
        using var device = new CpuDevice(1);
        using var scope = new TensorScope(device);
        Tensor New(params long[] sizes) => scope.Allocate(new Shape(sizes), DType.Float32);
        var (q, k, v, y) = (New(3, 4, 8), New(3, 2, 8), New(3, 2, 8), New(3, 4, 8));
        var offsets = new SequenceOffsets(0, 3);
        void Run(Tensor query, Tensor key, Tensor value, Tensor output, Tensor? logSumExp = null, int? window = null, params KvCache[] caches) =>
            FlashAttention.Forward(query, key, value, offsets, window, caches, output, logSumExp);

        Assert.Equal("key", Assert.Throws<ShapeMismatchException>(() => Run(q, New(3, 2, 7), v, y)).ParamName);
        Assert.Equal("value", Assert.Throws<ShapeMismatchException>(() => Run(q, k, New(3, 1, 8), y)).ParamName);
        Assert.Equal("query", Assert.Throws<ShapeMismatchException>(() => Run(New(3, 32), k, v, y)).ParamName);
        Assert.Equal("output", Assert.Throws<ShapeMismatchException>(() => Run(q, k, v, New(3, 32))).ParamName);
        Assert.Equal("logSumExp", Assert.Throws<ShapeMismatchException>(() => Run(q, k, v, y, New(3))).ParamName);
        Assert.Equal("output", Assert.Throws<DTypeMismatchException>(() => Run(q, k, v, scope.Allocate(y.Shape, DType.Float64))).ParamName);
        Assert.Equal("query", Assert.Throws<DTypeMismatchException>(() => Run(scope.Allocate(q.Shape, DType.BFloat16), k, v, y)).ParamName);
        Assert.Equal("offsets", Assert.Throws<ArgumentException>(() => FlashAttention.Forward(q, k, v, new SequenceOffsets(0, 2), null, [], y, null)).ParamName);
        Assert.Throws<ArgumentOutOfRangeException>(() => Run(q, k, v, y, window: -1));
        using var cache = new KvCache(device, 2, 8, 5, DType.Float32);
        Assert.Equal("caches", Assert.Throws<ArgumentException>(() => Run(q, k, v, y, null, 6, cache)).ParamName);
        Assert.Equal("caches", Assert.Throws<ArgumentException>(() => Run(q, k, v, y, null, 5, cache, cache)).ParamName);
        Assert.Equal(0, cache.Position);
    }
}
