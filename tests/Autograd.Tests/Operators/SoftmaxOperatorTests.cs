using PlamoNative.Engine;
using PlamoNative.Tests;
using PlamoNative.Tests.References;
using Xunit;

namespace PlamoNative.Autograd.Tests;

public sealed class SoftmaxOperatorTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Gradients_are_differences_and_the_Jacobian(bool isLog)
    {
        foreach (var (shape, axis) in (ReadOnlySpan<(Shape, int)>)[(new(1L), 0), (new(5, 7), -1), (new(5, 7), 0), (new(3, 17), -2), (new(2, 3, 5), 1), (new(0, 4), 1)])
        {
            var (sizes, counted) = (shape, axis < 0 ? axis + shape.Rank : axis);
            var along = axis;
            OperatorGradients.Check(
                $"softmax {isLog} {shape} along {axis}", [(shape, TensorValues.Normal(5, shape.ElementCount, 2))], v => isLog ? v[0].LogSoftmax(along) : v[0].Softmax(along),
                (inputs, g) =>
                {
                    var groups = GeneralReference.Groups(inputs[0], sizes.Span, [counted]);
                    var gradients = GeneralReference.Groups(g, sizes.Span, [counted]);
                    return [GeneralReference.Ungroup([.. groups.Zip(gradients, (a, b) => ReductionReference.SoftmaxGradient<double>(isLog, a, b))], sizes.Span, [counted])];
                });
        }
    }

    [Fact]
    public void Permuted_views_and_two_uses_add_up()
    {
        Shape shape = new(4, 6);
        OperatorGradients.Check("softmax of views", [(shape, TensorValues.Normal(5, shape.ElementCount))], v =>
        {
            var stored = v[0] * 2;
            return (stored.Transpose().Softmax() * stored.LogSoftmax(0).Transpose()) + stored.Slice(0, 1, 2).Softmax(0).Sum([0]).Reshape(6, 1);
        }, null);
    }
}
