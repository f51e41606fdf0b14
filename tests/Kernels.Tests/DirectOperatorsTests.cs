using PlamoNative.Engine;
using PlamoNative.Tests;
using Xunit;

namespace PlamoNative.Kernels.Tests;

/// <summary>The operators together, as a model's layer calls them.</summary>
public sealed class DirectOperatorsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_layer_in_its_steady_state_allocates_no_objects(int threads)
    {
        using var device = new CpuDevice(threads);
        using var layer = new Layer(device);
        using var scope = new TensorScope(device);
        var operators = new DirectOperators(scope);
        for (var i = 0; i < 20; i++)
        {
            layer.Run(operators);
            scope.Reset();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 20; i++)
        {
            layer.Run(operators);
            scope.Reset();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_layer_gives_the_same_bits_for_every_width_and_thread_count()
    {
        var expected = RunLayer(1, 0);
        OperatorHarness.AssertSameBits("two threads", expected, RunLayer(2, 0));
        OperatorHarness.AssertSameBits("three threads", expected, RunLayer(3, 0));

        foreach (var width in (int[])[1, 4, 8, 16])
        {
            OperatorHarness.AssertSameBits($"vectors of {width}", expected, RunLayer(1, width));
        }
    }

    /// <summary>The hash is from a machine with AVX-512; any other processor, and this one with instruction sets switched off, must find the same.</summary>
    [Fact]
    public void Every_processor_finds_the_same_bits_in_all_but_matrix_products() =>
        Assert.Equal("CCC2158E5FD2645B", BitHash.Of(Array.ConvertAll(RunLayer(1, 0, withProduct: false), value => (float)value)));

    [Fact]
    public void An_embedding_widens_rows_and_refuses_foreign_tokens()
    {
        using var device = new CpuDevice(1);
        using var scope = new TensorScope(device);
        var operators = new DirectOperators(scope);
        using var table = new TensorWeight(TensorValues.From(device, new Shape(3, 2), DType.Float32, [1, 2, 3, 4, 5, 6]));
        using var exact = new TensorWeight(TensorValues.From(device, new Shape(3, 2), DType.Float64, [1, 2, 3, 4, 5, 6]));
        Assert.Equal([5, 6, 1, 2], TensorValues.ToDoubles(operators.Embedding([2, 0], table)));
        Assert.Equal(DType.Float64, operators.Embedding([2, 0], exact).DType);
        Assert.Throws<ArgumentOutOfRangeException>(() => operators.Embedding([3], table));
    }

    private static double[] RunLayer(int threads, int width, bool withProduct = true)
    {
        using var device = new CpuDevice(threads);
        using var layer = new Layer(device);
        using var scope = new TensorScope(device);
        SimdWidth.Forced = width;
        try
        {
            layer.Run(new DirectOperators(scope), withProduct);
            return TensorValues.ToDoubles(layer.Run(new DirectOperators(scope), withProduct));
        }
        finally
        {
            SimdWidth.Forced = 0;
        }
    }

    /// <summary>All of our operators on two sequences, states kept from call to call.</summary>
    private sealed class Layer : IDisposable
    {
        private const int Hidden = 256;
        private const int Heads = 4;
        private readonly SequenceOffsets _offsets = new(0, 70, 83);
        private readonly int[] _tokens = Enumerable.Range(0, 83).Select(i => i * 7 % 50).ToArray();
        private readonly long[] _positions = Enumerable.Range(0, 83).Select(i => (long)(i < 70 ? i : i - 70)).ToArray();
        private readonly int[] _last = [69, 82];
        private readonly ConvState[] _states;
        private readonly TensorWeight _table;
        private readonly TensorWeight _gateUp;
        private readonly Tensor _norm;
        private readonly Tensor _headNorm;
        private readonly Tensor _filter;

        public Layer(CpuDevice device)
        {
            _states = [new ConvState(device, Hidden, 4, DType.Float32), new ConvState(device, Hidden, 4, DType.Float32)];
            _table = new TensorWeight(TensorValues.From(device, new Shape(50, Hidden), DType.Float32, TensorValues.Uniform(50, 50 * Hidden)));
            _gateUp = new TensorWeight(TensorValues.From(device, new Shape(2 * Hidden, Hidden), DType.Float32, TensorValues.Uniform(51, 2 * Hidden * Hidden, 0.0625)));
            _norm = TensorValues.From(device, new Shape(Hidden), DType.Float32, TensorValues.Uniform(52, Hidden));
            _headNorm = TensorValues.From(device, new Shape(Heads, Hidden / Heads), DType.Float32, TensorValues.Uniform(53, Hidden));
            _filter = TensorValues.From(device, new Shape(Hidden, 1, 4), DType.Float32, TensorValues.Uniform(54, 4 * Hidden));
        }

        public Tensor Run(DirectOperators operators, bool withProduct = true)
        {
            var x = operators.Embedding(_tokens, _table);
            var normed = operators.RmsNorm(x, _norm, 1, 1e-6);
            var mixed = operators.CausalConv1d(normed, _filter, _offsets, _states);
            var heads = operators.RmsNorm(mixed.Reshape(new Shape(_tokens.Length, Heads, Hidden / Heads)), _headNorm, 0, 1e-6);
            var turned = operators.RotaryEmbedding(heads, _positions, 10_000);
            var rows = turned.Reshape(new Shape(_tokens.Length, Hidden));
            if (!withProduct)
            {
                return operators.SwiGlu(operators.Add(x, rows));
            }

            var gated = operators.SwiGlu(operators.Linear(rows, _gateUp));
            return operators.GatherRows(operators.Add(x, gated), _last);
        }

        public void Dispose()
        {
            foreach (var state in _states)
            {
                state.Dispose();
            }

            _table.Dispose();
            _gateUp.Dispose();
            _norm.Dispose();
            _headNorm.Dispose();
            _filter.Dispose();
        }
    }
}
