using PlamoNative.Engine;
using PlamoNative.Tests;
using Xunit;

namespace PlamoNative.Autograd.Tests;

public sealed class IndexingOperatorTests
{
    [Fact]
    public void Chosen_slices_give_their_gradients_back_each_time_they_were_chosen()
    {
        int[] indices = [2, 0, 2, 4];
        OperatorGradients.Check("gather", [(new Shape(5, 3), TensorValues.Normal(1, 15))], v => v[0].Gather(0, indices), (_, g) =>
        {
            var gradient = new double[15];
            for (var i = 0; i < g.Length; i++)
            {
                gradient[(indices[i / 3] * 3) + (i % 3)] += g[i];
            }

            return [gradient];
        });
        OperatorGradients.Check("gather of a view", [(new Shape(3, 5), TensorValues.Normal(1, 15))], v => (v[0] * 2).Transpose().Gather(0, indices) + (v[0] * 3).Gather(-1, indices).Transpose(), null);
    }

    [Fact]
    public void Scattered_slices_get_the_gradient_of_where_they_went()
    {
        int[] indices = [2, 0, 2, 1];
        OperatorGradients.Check("scatter-add", [(new Shape(2, 4), TensorValues.Normal(1, 8))], v => v[0].ScatterAdd(1, indices, 5), (_, g) =>
            [[.. Enumerable.Range(0, 8).Select(i => g[(i / 4 * 5) + indices[i % 4]])]]);
        OperatorGradients.Check("scatter-add twice", [(new Shape(4, 2), TensorValues.Normal(1, 8))], v =>
        {
            var x = v[0].Exp();
            return x.ScatterAdd(0, indices, 3) + x.Transpose().ScatterAdd(1, indices, 3).Transpose();
        }, null);
    }

    [Fact]
    public void The_loss_of_a_classifier_is_composed_of_general_operators()
    {
        int[] targets = [2, 0, 1, 2, 2];
        OperatorGradients.Check("cross-entropy", [(new Shape(5, 3), TensorValues.Normal(1, 15))], v =>
        {
            var labels = Tensor.FromSpan<int>(v[0].Tape.Device, new Shape(5, 1), targets);
            return -v[0].LogSoftmax().Gather(1, labels).Mean();
        }, (inputs, g) =>
        {
            var gradient = new double[15];
            for (var row = 0; row < 5; row++)
            {
                var sum = Enumerable.Range(0, 3).Sum(i => Math.Exp(inputs[0][(row * 3) + i]));
                for (var i = 0; i < 3; i++)
                {
                    gradient[(row * 3) + i] = g[0] / 5 * ((Math.Exp(inputs[0][(row * 3) + i]) / sum) - (targets[row] == i ? 1 : 0));
                }
            }

            return [gradient];
        });
    }

    [Fact]
    public void Wrong_indices_are_refused()
    {
        using var device = new CpuDevice(1);
        using var tape = new Tape(device);
        var x = Variable.Of(tape, Tensor.Allocate(device, new Shape(2, 3), DType.Float32));
        Assert.Throws<ArgumentOutOfRangeException>(() => x.Gather(1, [0, 3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => x.ScatterAdd(0, [0, -1], 4));
        Assert.Throws<ShapeMismatchException>(() => x.ScatterAdd(0, [0], 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => x.Gather(2, [0]));
    }
}
