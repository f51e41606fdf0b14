using PlamoNative.Engine;
using PlamoNative.Tests;
using PlamoNative.Tests.References;
using Xunit;

namespace PlamoNative.Autograd.Tests;

public sealed class MatMulOperatorTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Gradients_are_differences_and_sums_of_products(bool transposeA, bool transposeB)
    {
        foreach (var (leadA, leadB, lead) in (ReadOnlySpan<(long[], long[], long[])>)[([], [], []), ([3], [3], [3]), ([2, 1], [3], [2, 3]), ([3], [], [3]), ([0], [1], [0])])
        {
            foreach (var (m, n, k) in (ReadOnlySpan<(int, int, int)>)[(1, 1, 1), (5, 2, 3), (18, 3, 7)])
            {
                var shapeA = new Shape([.. leadA, transposeA ? k : m, transposeA ? m : k]);
                var shapeB = new Shape([.. leadB, transposeB ? n : k, transposeB ? k : n]);
                long[] batch = [.. lead, 1], batchA = [.. leadA, 1], batchB = [.. leadB, 1];
                var (rows, columns, depth) = (m, n, k);
                OperatorGradients.Check(
                    $"{shapeA} {shapeB}", [(shapeA, TensorValues.Normal(1, shapeA.ElementCount)), (shapeB, TensorValues.Normal(2, shapeB.ElementCount))],
                    v => v[0].MatMul(v[1], transposeA, transposeB), (inputs, g) =>
                    {
                        double[][] gradients = [new double[inputs[0].Length], new double[inputs[1].Length]];
                        for (var i = 0; i < g.Length * depth; i++)
                        {
                            var (matrix, r, c, d) = (i / (rows * columns * depth), i / (columns * depth) % rows, i / depth % columns, i % depth);
                            var a = (GeneralReference.Broadcast(batch, matrix, batchA) * rows * depth) + (transposeA ? (d * rows) + r : (r * depth) + d);
                            var b = (GeneralReference.Broadcast(batch, matrix, batchB) * columns * depth) + (transposeB ? (c * depth) + d : (d * columns) + c);
                            gradients[0][a] += g[i / depth] * inputs[1][b];
                            gradients[1][b] += g[i / depth] * inputs[0][a];
                        }

                        return gradients;
                    });
            }
        }
    }

    [Fact]
    public void Attention_composed_of_general_operators_is_differentiated()
    {
        Shape shape = new(5, 2, 3);
        (Shape, double[])[] inputs = [.. Enumerable.Range(1, 3).Select(seed => (shape, TensorValues.Normal(seed, shape.ElementCount)))];
        OperatorGradients.Check("attention", inputs, v =>
        {
            var (q, k, value) = (v[0].Permute(1, 0, 2), v[1].Permute(1, 0, 2), v[2].Permute(1, 0, 2));
            var weights = (q.MatMul(k, transposeB: true) * (1 / Math.Sqrt(3))).Softmax();
            return weights.MatMul(value).Permute(1, 0, 2).Reshape(5, 6);
        }, null);
    }

    [Fact]
    public void A_layer_that_several_threads_share_has_the_same_bits_on_any_number_of_them()
    {
        double[][]? expected = null;
        foreach (var threads in (int[])[1, 2, 3])
        {
            using var device = new CpuDevice(threads);
            using var weight = new Parameter("weight", TensorValues.From(device, new Shape(300, 96), DType.Float32, TensorValues.Normal(1, 300 * 96)));
            using var bias = new Parameter("bias", TensorValues.From(device, new Shape(300L), DType.Float32, TensorValues.Normal(2, 300)));
            using var tape = new Tape(device);
            var x = Variable.Of(tape, TensorValues.From(device, new Shape(257, 96), DType.Float32, TensorValues.Normal(3, 257 * 96)));
            var y = (x.MatMul(Variable.Of(tape, weight), transposeB: true) + Variable.Of(tape, bias)).Gelu();
            var loss = (y.LogSoftmax().Max([0]) + y.Softmax(0).Gather(0, [5, 256, 5]).Sum([0])).Mean();
            loss.Backward();
            double[][] gradients = [TensorValues.ToDoubles(weight.Gradient), TensorValues.ToDoubles(bias.Gradient), TensorValues.ToDoubles(loss.Value)];
            expected ??= gradients;
            Assert.Equal(expected, gradients);
        }
    }
}
