using PlamoNative.Engine;
using PlamoNative.Tests;
using PlamoNative.Tests.Emulation;
using Xunit;

namespace PlamoNative.Kernels.Tests.Gpu;

/// <summary>Each way of the GPU's matmul by itself, whatever the schedule would choose, on the emulator.</summary>
public sealed class DeviceGemmTests
{
    [Theory]
    [InlineData(false, true, 33, 70, 41)]
    [InlineData(false, false, 130, 68, 24)]
    [InlineData(true, false, 68, 136, 35)]
    [InlineData(true, true, 21, 19, 50)]
    public void Tiles_of_64_and_of_128_and_the_float64_product_agree(bool transposeA, bool transposeB, int m, int n, int k)
    {
        using var emulated = new EmulatedDevice();
        using var problem = new Problem(emulated.Device, transposeA, transposeB, m, n, k);
        var small = problem.Run(product => GemmLaunch.Tiles(emulated.Device, product, DeviceGemmPath.Tile64, 0));
        var large = problem.Run(product => GemmLaunch.Tiles(emulated.Device, product, DeviceGemmPath.Tile128, 0));
        Tolerance.AssertSingle("tiles of 64", problem.Reference, problem.Plain, small, Tolerance.Backward);
        Assert.Equal(small, large);
    }

    [Theory]
    [InlineData(true, false, 20, 30, 330, 128)]
    [InlineData(false, true, 64, 64, 100, 48)]
    public void Parts_of_K_are_added_in_order(bool transposeA, bool transposeB, int m, int n, int k, int depth)
    {
        using var emulated = new EmulatedDevice();
        using var problem = new Problem(emulated.Device, transposeA, transposeB, m, n, k);
        var first = problem.Run(product => GemmLaunch.Tiles(emulated.Device, product, DeviceGemmPath.Tile64, depth));
        Tolerance.AssertSingle("parts of K", problem.Reference, problem.Plain, first, Tolerance.Backward);
        Assert.Equal(first, problem.Run(product => GemmLaunch.Tiles(emulated.Device, product, DeviceGemmPath.Tile64, depth)));
    }

    [Theory]
    [InlineData(8, false, true, 37, 130, 72)]
    [InlineData(8, true, false, 40, 50, 331)]
    [InlineData(9, false, false, 130, 33, 65)]
    public void Three_bf16_parts_on_tensor_cores_have_the_accuracy_of_float32(int major, bool transposeA, bool transposeB, int m, int n, int k)
    {
        using var emulated = new EmulatedDevice(major);
        using var problem = new Problem(emulated.Device, transposeA, transposeB, m, n, k);
        Tolerance.AssertSingle("tensor cores", problem.Reference, problem.Plain, problem.Run(product => TensorCoreGemm.Run(emulated.Device, product)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Infinities_NaNs_and_the_largest_floats_are_on_tensor_cores_what_they_are_in_float32(bool turned)
    {
        const int M = 20, N = 33, K = 40;
        using var emulated = new EmulatedDevice();
        var device = emulated.Device;
        float[] few = [-0.5f, 0, 0.25f, 0, 0.5f];
        var a = Enumerable.Range(0, M * K).Select(i => few[((i * 7) + (i / K)) % 5]).ToArray();
        var b = Enumerable.Range(0, N * K).Select(i => few[((i * 3) + (i / K)) % 5]).ToArray();
        foreach (var (row, k, value) in new[] { (3, 5, float.PositiveInfinity), (7, 0, float.NegativeInfinity), (11, 39, float.NaN), (15, 2, float.MaxValue), (16, 8, -float.MaxValue) })
        {
            a[(row * K) + k] = value;
        }

        b[(4 * K) + 7] = float.PositiveInfinity;
        b[(9 * K) + 5] = float.NaN;
        b[(21 * K) + 11] = float.MaxValue;
        var expected = new float[M * N];
        for (var i = 0; i < M * N; i++)
        {
            for (var k = 0; k < K; k++)
            {
                expected[i] += a[(i / N * K) + k] * b[(i % N * K) + k];
            }
        }

        using var left = Tensor.FromSpan<float>(device, new Shape(M * K), turned ? Turned(a, K) : a);
        using var right = Tensor.FromSpan<float>(device, new Shape(N * K), turned ? Turned(b, K) : b);
        using var output = Tensor.Allocate(device, new Shape(M, N), DType.Float32);
        TensorCoreGemm.Run(device, new DeviceProduct
        {
            M = M, N = N, K = K, A = left.Address, AStride = turned ? M : K, TransposeA = turned, B = right.Address, BStride = turned ? N : K, ByColumns = turned,
            Format = DType.Float32, C = output.Address, CStride = N,
        });
        var actual = output.ToArray<float>();
        Assert.Contains(expected, float.IsPositiveInfinity);
        Assert.Contains(expected, float.IsNegativeInfinity);
        Assert.All(expected, (value, i) => Assert.True(
            value.Equals(actual[i]) || Math.Abs((double)value - actual[i]) <= 1e-6 * Math.Abs(value), $"({i / N}, {i % N}): {actual[i]}, not {value}"));

        static float[] Turned(float[] rows, int width) => [.. Enumerable.Range(0, rows.Length).Select(i => rows[(i % (rows.Length / width) * width) + (i / (rows.Length / width))])];
    }

    [Fact]
    public void A_row_has_the_bits_that_it_has_alone()
    {
        const int Rows = 6, N = 21, K = 300;
        using var emulated = new EmulatedDevice();
        var device = emulated.Device;
        var values = Array.ConvertAll(TensorValues.Normal(7, Rows * K), static value => (float)value);
        using var x = Tensor.FromSpan<float>(device, new Shape(Rows, K), values);
        using var weight = Tensor.FromSpan<float>(device, new Shape(N, K), Array.ConvertAll(TensorValues.Normal(8, N * K), static value => (float)value));
        using var all = Tensor.Allocate(device, new Shape(Rows, N), DType.Float32);
        GemmLaunch.Linear(device, x, weight, all, accumulate: false);
        var together = all.ToArray<float>();
        for (var row = 0; row < Rows; row++)
        {
            using var one = x.Narrow(0, row, 1);
            using var alone = Tensor.Allocate(device, new Shape(1, N), DType.Float32);
            GemmLaunch.Linear(device, one, weight, alone, accumulate: false);
            Assert.Equal(together[(row * N)..((row + 1) * N)], alone.ToArray<float>());
        }
    }

    [Fact]
    public void The_schedule_hangs_on_shapes()
    {
        Assert.Equal(DeviceGemmPath.Rows, Choose(isLinear: true, 16, 4096, 2048, DType.Q4_K, 90));
        Assert.Equal(DeviceGemmPath.TensorCores, Choose(isLinear: true, 17, 4096, 2048, DType.BFloat16, 80));
        Assert.Equal(DeviceGemmPath.TensorCores, Choose(isLinear: true, 4096, 4096, 2048, DType.BFloat16, 80));
        Assert.Equal(DeviceGemmPath.Tile128, Choose(isLinear: true, 4096, 4096, 2048, DType.BFloat16, 75));
        Assert.Equal(DeviceGemmPath.Tile64, Choose(isLinear: true, 100, 640, 640, DType.Q8_0, 80));
        Assert.Equal(0, DeviceGemmSchedule.SplitDepth(isLinear: true, 64, 64, 1 << 20, 1));
        var depth = DeviceGemmSchedule.SplitDepth(isLinear: false, 640, 640, 8192, 1);
        Assert.True(depth is > 0 and < 8192 && depth % 16 == 0, $"{depth}");

        static DeviceGemmPath Choose(bool isLinear, int m, int n, int k, DType format, int architecture)
            => DeviceGemmSchedule.Choose(isLinear, m, n, k, 1, format, architecture, multiprocessors: 108);
    }

    /// <summary>Operands on a device, and C = op(A) op(B) + before by the formula.</summary>
    private sealed class Problem : IDisposable
    {
        private readonly CudaDevice _device;
        private readonly Tensor _a;
        private readonly Tensor _b;
        private readonly float[] _before;
        private readonly DeviceProduct _product;

        public Problem(CudaDevice device, bool transposeA, bool transposeB, int m, int n, int k)
        {
            _device = device;
            var (a, b) = (Single(1, m * k), Single(2, n * k));
            _before = Single(3, m * n);
            Reference = new double[m * n];
            Plain = new double[m * n];
            for (var i = 0; i < m * n; i++)
            {
                var (row, column, exact, sum) = (i / n, i % n, (double)_before[i], _before[i]);
                for (var depth = 0; depth < k; depth++)
                {
                    var left = a[transposeA ? (depth * m) + row : (row * k) + depth];
                    var right = b[transposeB ? (column * k) + depth : (depth * n) + column];
                    exact += (double)left * right;
                    sum += left * right;
                }

                (Reference[i], Plain[i]) = (exact, sum);
            }

            _a = Tensor.FromSpan<float>(device, new Shape(m, k), a);
            _b = Tensor.FromSpan<float>(device, new Shape(n, k), b);
            _product = new DeviceProduct
            {
                M = m, N = n, K = k, A = _a.Address, AStride = transposeA ? m : k, TransposeA = transposeA, B = _b.Address, BStride = transposeB ? k : n,
                ByColumns = !transposeB, Format = DType.Float32, CStride = n, Accumulate = true,
            };
        }

        public double[] Reference { get; }

        public double[] Plain { get; }

        public double[] Run(Action<DeviceProduct> run)
        {
            using var output = Tensor.FromSpan<float>(_device, new Shape(_product.M, _product.N), _before);
            run(_product with { C = output.Address });
            return Array.ConvertAll(output.ToArray<float>(), static value => (double)value);
        }

        public void Dispose()
        {
            _a.Dispose();
            _b.Dispose();
        }

        private static float[] Single(int seed, int count) => Array.ConvertAll(TensorValues.Normal(seed, count), static value => (float)value);
    }
}
