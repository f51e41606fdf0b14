using System.Numerics;
using PlamoNative.Engine;
using PlamoNative.Tests;
using PlamoNative.Tests.References;
using Xunit;

namespace PlamoNative.Kernels.Tests;

public sealed class MatMulTests
{
    // Leading axes of A and B, and of the result that is asked for; where that lacks axes, products are added up.
    private static readonly (long[] A, long[] B, long[] Output)[] Batches =
        [([], [], []), ([3], [3], [3]), ([2, 1], [3], [2, 3]), ([5], [], [5]), ([2, 3], [2, 3], [3]), ([4], [4], []), ([2, 3], [3], [2, 1]), ([0], [1], [0])];

    private static readonly (int M, int N, int K)[] Sizes = [(1, 1, 1), (5, 7, 3), (17, 19, 33), (3, 2, 0)];

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void All_transposes_give_the_formula(bool transposeA, bool transposeB)
    {
        foreach (var (leadA, leadB, lead) in Batches)
        {
            foreach (var (m, n, k) in Sizes)
            {
                var shapeA = new Shape([.. leadA, transposeA ? k : m, transposeA ? m : k]);
                var shapeB = new Shape([.. leadB, transposeB ? n : k, transposeB ? k : n]);
                var shape = new Shape([.. lead, m, n]);
                var a = TensorValues.Normal(1, shapeA.ElementCount);
                var b = TensorValues.Normal(2, shapeB.ElementCount);
                foreach (var kind in TensorViews.Kinds)
                {
                    OperatorHarness.Check(
                        $"{shapeA} {shapeB} {kind}", shape, Reference<double>(), Reference<float>(), 8 * (k + 1), (device, dtype, output) =>
                        {
                            using var left = TensorViews.Of(device, shapeA, dtype, a, kind);
                            using var right = TensorViews.Of(device, shapeB, dtype, b, kind == "reversed" ? "dense" : "reversed");
                            MatMul.Run(left, transposeA, right, transposeB, output);
                        });
                }

                double[] Reference<T>()
                    where T : IFloatingPointIeee754<T> => Products<T>(shapeA, a, transposeA, shapeB, b, transposeB, shape);
            }
        }
    }

    [Fact]
    public void Strided_outputs_are_added_to()
    {
        using var device = new CpuDevice(2);
        Shape shapeA = new(2, 5, 4), shapeB = new(4, 3), shape = new(2, 5, 3);
        foreach (var dtype in (DType[])[DType.Float32, DType.Float64])
        {
            var (a, b, c) = (TensorValues.Normal(1, 40), TensorValues.Normal(2, 12), TensorValues.Normal(3, 30));
            using var left = TensorViews.Of(device, shapeA, dtype, a, "dense");
            using var right = TensorViews.Of(device, shapeB, dtype, b, "dense");
            var expected = Products<double>(shapeA, a, false, shapeB, b, false, shape).Zip(c, (x, y) => x + y).ToArray();
            foreach (var kind in TensorViews.Kinds)
            {
                using var output = TensorViews.Of(device, shape, dtype, c, kind);
                MatMul.Run(left, false, right, false, output, accumulate: true);
                Assert.True(Tolerance.RelativeError(expected, TensorValues.ToDoubles(output)) < 1e-6, kind);
            }
        }
    }

    [Fact]
    public void A_broadcast_row_of_a_matrix_is_read_as_one()
    {
        using var device = new CpuDevice(1);
        using var row = TensorValues.From(device, new Shape(1, 3), DType.Float32, [1, 2, 3]);
        using var a = row.Expand(new Shape(20, 3));
        using var b = TensorValues.From(device, new Shape(3, 1), DType.Float32, [4, 5, 6]);
        using var output = Tensor.Allocate(device, new Shape(20, 1), DType.Float32);
        MatMul.Run(a, false, b, false, output);
        Assert.All(TensorValues.ToDoubles(output), v => Assert.Equal(32, v));
    }

    [Fact]
    public void Misfits_are_refused_by_name()
    {
        using var device = new CpuDevice(1);
        using var a = Tensor.Allocate(device, new Shape(2, 3, 4), DType.Float32);
        using var b = Tensor.Allocate(device, new Shape(3, 4, 5), DType.Float32);
        using var vector = Tensor.Allocate(device, new Shape(4), DType.Float32);
        Assert.Contains("leading axes", Assert.Throws<ShapeMismatchException>(() => MatMul.OutputShape(a.Shape, false, b.Shape, false)).Message, StringComparison.Ordinal);
        Assert.Contains("4 rows", Assert.Throws<ShapeMismatchException>(() => MatMul.OutputShape(a.Shape, false, a.Shape, false)).Message, StringComparison.Ordinal);
        Assert.Contains("two axes", Assert.Throws<ShapeMismatchException>(() => MatMul.OutputShape(vector.Shape, false, a.Shape, false)).Message, StringComparison.Ordinal);
        Assert.Throws<ShapeMismatchException>(() => MatMul.Run(a, false, a, true, a));
    }

    private static double[] Products<T>(Shape shapeA, double[] a, bool transposeA, Shape shapeB, double[] b, bool transposeB, Shape output)
        where T : IFloatingPointIeee754<T>
    {
        var shape = MatMul.OutputShape(shapeA, transposeA, shapeB, transposeB);
        var depth = transposeA ? shapeA[^2] : shapeA[^1];
        var sums = new T[output.ElementCount];
        long[] leadA = [.. shapeA.Span[..^2], 1], leadB = [.. shapeB.Span[..^2], 1], lead = [.. shape.Span[..^2], 1];
        for (var i = 0L; i < shape.ElementCount; i++)
        {
            var (matrix, row, column) = (i / (shape[^1] * shape[^2]), i / shape[^1] % shape[^2], i % shape[^1]);
            var (fromA, fromB) = (GeneralReference.Broadcast(lead, matrix, leadA) * shapeA[^1] * shapeA[^2], GeneralReference.Broadcast(lead, matrix, leadB) * shapeB[^1] * shapeB[^2]);
            var sum = T.Zero;
            for (var k = 0L; k < depth; k++)
            {
                var x = a[fromA + (transposeA ? (k * shapeA[^1]) + row : (row * shapeA[^1]) + k)];
                var y = b[fromB + (transposeB ? (column * shapeB[^1]) + k : (k * shapeB[^1]) + column)];
                sum += T.CreateChecked(x) * T.CreateChecked(y);
            }

            sums[GeneralReference.Broadcast(shape.Span, i, output.Span)] += sum;
        }

        return Array.ConvertAll(sums, double.CreateChecked);
    }
}
