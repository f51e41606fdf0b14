using System.Runtime.InteropServices;
using PlamoNative.Engine;
using PlamoNative.Tests;
using Xunit;

namespace PlamoNative.Kernels.Tests;

public sealed unsafe class TensorWeightTests
{
    public static TheoryData<DType> Storages =>
        [DType.Float64, DType.Float32, DType.Float16, DType.BFloat16, DType.Q8_0, DType.Q4_0, DType.Q4_K, DType.Q5_K, DType.Q6_K];

    [Theory]
    [MemberData(nameof(Storages))]
    public void Products_agree_with_the_stored_values_in_float64(DType storage)
    {
        const int Tokens = 3;
        const int Out = 21;
        const int In = 512;
        using var device = new CpuDevice(2);
        using var weight = Make(device, storage, Out, In, out var values);
        var x = TensorValues.Normal(30, Tokens * In);
        var reference = new double[Tokens * Out];
        var plain = new double[Tokens * Out];
        for (var i = 0; i < reference.Length; i++)
        {
            var (t, o, sum) = (i / Out, i % Out, 0f);
            for (var k = 0; k < In; k++)
            {
                reference[i] += x[(t * In) + k] * values[(o * In) + k];
                sum += (float)x[(t * In) + k] * (float)values[(o * In) + k];
            }

            plain[i] = sum;
        }

        using var exactInput = TensorValues.Strided(device, new Shape(Tokens, In), DType.Float64, x, 5);
        using var exact = Tensor.Allocate(device, new Shape(Tokens, Out), DType.Float64);
        weight.Multiply(exactInput, exact, ActivationMode.Exact);
        Tolerance.AssertDouble($"{storage}", reference, TensorValues.ToDoubles(exact), In);

        using var input = TensorValues.Strided(device, new Shape(Tokens, In), DType.Float32, x, 5);
        using var output = new GuardBands(device, new Shape(Tokens, Out), DType.Float32);
        if (storage == DType.Float64)
        {
            Assert.Throws<DTypeMismatchException>(() => weight.Multiply(input, output.Tensor, ActivationMode.Exact));
            return;
        }

        weight.Multiply(input, output.Tensor, ActivationMode.Exact);
        output.Check();
        Tolerance.AssertSingle($"{storage}", reference, plain, TensorValues.ToDoubles(output.Tensor));
    }

    [Theory]
    [InlineData(DType.Q8_0, false)]
    [InlineData(DType.Q4_K, false)]
    [InlineData(DType.BFloat16, true)]
    [InlineData(DType.Q5_K, true)]
    public void Activations_are_rounded_to_int8_only_on_demand_and_where_there_is_a_product(DType storage, bool staysExact)
    {
        // Enough tokens that decoding's exact product is not chosen instead.
        const int Tokens = 64;
        using var device = new CpuDevice(1);
        using var weight = Make(device, storage, 16, 512, out _);
        using var input = TensorValues.From(device, new Shape(Tokens, 512), DType.Float32, TensorValues.Normal(33, Tokens * 512));
        using var exact = Tensor.Allocate(device, new Shape(Tokens, 16), DType.Float32);
        using var rounded = Tensor.Allocate(device, new Shape(Tokens, 16), DType.Float32);
        weight.Multiply(input, exact, ActivationMode.Exact);
        weight.Multiply(input, rounded, ActivationMode.Int8);
        var error = Tolerance.RelativeError(TensorValues.ToDoubles(exact), TensorValues.ToDoubles(rounded));
        Assert.True(staysExact ? error == 0 : error is > 1e-4 and < 2e-2, $"{storage}: {error:E2}");
    }

    [Theory]
    [MemberData(nameof(Storages))]
    public void Gathered_rows_are_the_stored_values(DType storage)
    {
        using var device = new CpuDevice(2);
        using var weight = Make(device, storage, 7, 256, out var values);
        int[] rows = [6, 0, 3, 3, 5];
        var expected = rows.SelectMany(row => values[(row * 256)..((row + 1) * 256)]).ToArray();
        foreach (var dtype in (DType[])[DType.Float32, DType.Float64])
        {
            if (storage == DType.Float64 && dtype == DType.Float32)
            {
                continue;
            }

            using var output = new GuardBands(device, new Shape(rows.Length, 256), dtype);
            weight.Gather(rows, output.Tensor);
            output.Check();
            Assert.Equal(expected, TensorValues.ToDoubles(output.Tensor));
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(7)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    public void A_row_outside_of_the_table_is_refused(int row)
    {
        using var device = new CpuDevice(1);
        using var weight = Make(device, DType.BFloat16, 7, 8, out _);
        using var output = Tensor.Allocate(device, new Shape(2, 8), DType.Float32);
        Assert.Throws<ArgumentOutOfRangeException>(() => weight.Gather([0, row], output));
    }

    [Fact]
    public void What_is_not_a_matrix_of_floats_is_refused()
    {
        using var device = new CpuDevice(1);
        using var cube = Tensor.Allocate(device, new Shape(2, 3, 4), DType.Float32);
        using var integers = Tensor.Allocate(device, new Shape(2, 3), DType.Int32);
        Assert.Throws<ShapeMismatchException>(() => new TensorWeight(cube));
        Assert.Throws<DTypeMismatchException>(() => new TensorWeight(integers));
        using var weight = Make(device, DType.Float32, 3, 4, out _);
        using var narrow = Tensor.Allocate(device, new Shape(2, 5), DType.Float32);
        using var output = Tensor.Allocate(device, new Shape(2, 3), DType.Float32);
        Assert.Throws<ShapeMismatchException>(() => weight.Multiply(narrow, output, ActivationMode.Exact));
        Assert.Equal((3, 4, 48L), (weight.OutFeatures, weight.InFeatures, weight.ByteLength));
    }

    private static TensorWeight Make(Device device, DType storage, int rows, int columns, out double[] values)
    {
        var shape = new Shape(rows, columns);
        if (storage == DType.Float64)
        {
            values = TensorValues.Normal(31, rows * columns);
            return new TensorWeight(TensorValues.From(device, shape, storage, values));
        }

        var bytes = TestWeights.Make(storage, rows, columns, new Random(32), out var singles);
        values = Array.ConvertAll(singles, value => (double)value);
        var tensor = Tensor.Allocate(device, shape, storage);
        var size = storage.Bytes(tensor.ElementCount);
        Buffer.MemoryCopy(bytes, tensor.Pointer, size, size);
        NativeMemory.AlignedFree(bytes);
        return new TensorWeight(tensor);
    }
}
