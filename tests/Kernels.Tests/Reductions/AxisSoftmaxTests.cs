using System.Numerics;
using PlamoNative.Engine;
using PlamoNative.Tests;
using PlamoNative.Tests.References;
using Xunit;

namespace PlamoNative.Kernels.Tests;

public sealed class AxisSoftmaxTests
{
    private static readonly (Shape Shape, int Axis)[] Cases =
        [(new(1L), 0), (new(5, 37), 1), (new(37, 5), 0), (new(29, 17), 0), (new(3, 7, 5), 1), (new(2, 3, 4, 5), 0), (new(0, 3), 1), (new(2, 2000), 1)];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Any_axis_becomes_a_distribution_and_gradients_follow_the_Jacobian(bool isLog)
    {
        foreach (var (shape, axis) in Cases)
        {
            var x = TensorValues.Normal(3, shape.ElementCount, 3);
            var dy = TensorValues.Normal(4, shape.ElementCount);
            var groups = GeneralReference.Groups(x, shape.Span, [axis]);
            var gradients = GeneralReference.Groups(dy, shape.Span, [axis]);
            var y = Forward<double>(isLog, groups, shape, axis);
            foreach (var kind in shape.ElementCount > 2000 ? ["dense"] : TensorViews.Kinds)
            {
                OperatorHarness.Check($"softmax {isLog} {shape} {kind}", shape, y, Forward<float>(isLog, groups, shape, axis), 64, (device, dtype, output) =>
                {
                    using var input = TensorViews.Of(device, shape, dtype, x, kind);
                    if (isLog)
                    {
                        AxisSoftmax.LogForward(input, axis, output);
                    }
                    else
                    {
                        AxisSoftmax.Forward(input, axis, output);
                    }
                });
                if (shape.ElementCount > 2000)
                {
                    continue;
                }

                OperatorHarness.Check($"gradient of softmax {isLog} {shape} {kind}", shape, Backward<double>(isLog, groups, gradients, shape, axis), Backward<float>(isLog, groups, gradients, shape, axis), 64, (device, dtype, output) =>
                {
                    using var result = TensorViews.Of(device, shape, dtype, y, kind);
                    using var gradient = TensorViews.Of(device, shape, dtype, dy, "reversed");
                    if (isLog)
                    {
                        AxisSoftmax.LogGradient(gradient, result, axis, output);
                    }
                    else
                    {
                        AxisSoftmax.Gradient(gradient, result, axis, output);
                    }
                }, 6);
            }
        }
    }

    [Fact]
    public void Large_logits_do_not_overflow_along_an_outer_axis()
    {
        using var device = new CpuDevice(1);
        using var x = TensorValues.From(device, new Shape(4, 1), DType.Float32, [1000, 1000, double.NegativeInfinity, -1000]);
        using var y = Tensor.Allocate(device, x.Shape, DType.Float32);
        AxisSoftmax.Forward(x, 0, y);
        Assert.Equal([0.5, 0.5, 0, 0], TensorValues.ToDoubles(y));
        AxisSoftmax.LogForward(x, 0, y);
        Assert.Equal([(float)-Math.Log(2), (float)-Math.Log(2), double.NegativeInfinity, (float)(-2000 - Math.Log(2))], TensorValues.ToDoubles(y));
    }

    private static double[] Forward<T>(bool isLog, double[][] groups, Shape shape, int axis)
        where T : IFloatingPointIeee754<T> => GeneralReference.Ungroup([.. groups.Select(g => ReductionReference.Softmax<T>(isLog, g))], shape.Span, [axis]);

    private static double[] Backward<T>(bool isLog, double[][] groups, double[][] gradients, Shape shape, int axis)
        where T : IFloatingPointIeee754<T> =>
        GeneralReference.Ungroup([.. groups.Zip(gradients, (g, d) => ReductionReference.SoftmaxGradient<T>(isLog, g, d))], shape.Span, [axis]);
}
