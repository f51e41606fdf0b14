using PlamoNative.Engine;
using PlamoNative.Tests;
using PlamoNative.Tests.References;
using Xunit;

namespace PlamoNative.Autograd.Tests;

public sealed class ShapeOperatorTests
{
    [Fact]
    public void Views_record_nothing_and_their_gradients_go_back_to_their_places()
    {
        using var device = new CpuDevice(1);
        using var p = new Parameter("p", TensorValues.From(device, new Shape(2, 3, 4), DType.Float64, TensorValues.Normal(1, 24)));
        using var tape = new Tape(device);
        var x = Variable.Of(tape, p);
        var view = x.Permute(2, 0, 1).Slice(0, 1, 2).Transpose(0, 1);
        Assert.Equal(0, tape.Count);
        Assert.Equal(new Shape(2, 2, 3), view.Shape);
        Assert.Same(x, x.Contiguous());
        view.Sum().Backward();
        Assert.Equal([.. Enumerable.Range(0, 24).Select(i => i % 4 is 1 or 2 ? 1.0 : 0.0)], TensorValues.ToDoubles(p.Gradient));
    }

    [Fact]
    public void Permuting_reshaping_and_slicing_in_any_order_are_differentiated()
    {
        Shape shape = new(3, 4, 5);
        OperatorGradients.Check("views", [(shape, TensorValues.Normal(1, 60))], v =>
        {
            var y = v[0].Exp();
            var a = y.Permute(1, 0, 2).Reshape(12, 5);
            var b = y.Slice(1, 1, 2).Slice(2, 0, 3).Permute(2, 1, 0).Contiguous().Reshape(18);
            var c = y.Reshape(12, 5).Slice(0, 2, 7).Transpose();
            return a.Tanh().Sum([0]) + (b * b).Sum() + c.Sin().Mean([1]);
        }, null);
    }

    [Fact]
    public void Repeated_elements_get_the_sum_of_their_copies()
    {
        Shape shape = new(3, 1), wide = new(2, 3, 4);
        OperatorGradients.Check("broadcast", [(shape, TensorValues.Normal(1, 3))], v => v[0].BroadcastTo(2, 3, 4), (_, g) =>
            [GeneralReference.SumTo<double>(g, wide.Span, shape.Span)]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-1)]
    public void Concatenated_parts_get_their_slices(int axis)
    {
        var counted = axis < 0 ? 2 : axis;
        Shape[] shapes = [new Shape(2, 3, 4).With(counted, 1), new Shape(2, 3, 4).With(counted, 0), new Shape(2, 3, 4).With(counted, 5)];
        var whole = new Shape(2, 3, 4).With(counted, 6);
        (Shape, double[])[] inputs = [.. shapes.Select((s, i) => (s, TensorValues.Normal(i, s.ElementCount)))];
        OperatorGradients.Check("concatenate", inputs, v => Variable.Concatenate(axis, v[0], v[1], v[2]), (_, g) =>
        {
            var places = Enumerable.Range(0, g.Length).GroupBy(i => Coordinate(whole, i, counted) < 1 ? 0 : 2).ToDictionary(group => group.Key, group => group.Select(i => g[i]).ToArray());
            return [places[0], [], places[2]];
        });
    }

    [Fact]
    public void A_part_may_be_there_twice_and_be_a_view()
    {
        Shape shape = new(3, 4);
        OperatorGradients.Check("concatenate views", [(shape, TensorValues.Normal(1, 12))], v =>
        {
            var y = v[0].Sin();
            return Variable.Concatenate(0, y.Transpose(), y.Transpose(), y.Slice(1, 1, 3));
        }, null);
        OperatorGradients.Check("gather of concatenated", [(shape, TensorValues.Normal(2, 12))], v => Variable.Concatenate(1, v[0], v[0]).Gather(1, [0, 7, 3, 3]), null);
    }

    [Fact]
    public void Parts_that_do_not_fit_are_refused()
    {
        using var device = new CpuDevice(1);
        using var tape = new Tape(device);
        var a = Variable.Of(tape, Tensor.Allocate(device, new Shape(2, 3), DType.Float32));
        var b = Variable.Of(tape, Tensor.Allocate(device, new Shape(3, 3), DType.Float32));
        Assert.Throws<ShapeMismatchException>(() => Variable.Concatenate(1, a, b));
        Assert.Throws<ArgumentException>(() => Variable.Concatenate(1));
        Assert.Throws<ShapeMismatchException>(() => a + b);
        Assert.Throws<ShapeMismatchException>(() => a.Reshape(4));
    }

    private static long Coordinate(Shape shape, long index, int axis)
    {
        for (var i = shape.Rank - 1; i > axis; i--)
        {
            index /= shape[i];
        }

        return index % shape[axis];
    }
}
