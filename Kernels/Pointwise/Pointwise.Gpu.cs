using ILGPU;
using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>
/// General element-wise functions on a GPU: output[i] (+)= f(x[i], y[i], z[i]), every tensor with strides of its own (<see cref="ElementLayout"/>), f32. Grid: elements / 256, a thread
/// an element. The bits of the processor.
/// </summary>
internal static class PointwiseKernels
{
    /// <summary>Threads of a block.</summary>
    public const int Threads = 256;

    /// <summary>Runs a function.</summary>
    [GpuKernel(Threads)]
    [GpuKernelVariant("Abs", typeof(DevicePointwise<IUnaryFunction.Forward<UnaryFunctions.Abs>>))]
    [GpuKernelVariant("AbsGradient", typeof(DevicePointwise<IUnaryFunction.Gradient<UnaryFunctions.Abs>>))]
    [GpuKernelVariant("Exp", typeof(DevicePointwise<IUnaryFunction.Forward<UnaryFunctions.Exp>>))]
    [GpuKernelVariant("ExpGradient", typeof(DevicePointwise<IUnaryFunction.Gradient<UnaryFunctions.Exp>>))]
    [GpuKernelVariant("Log", typeof(DevicePointwise<IUnaryFunction.Forward<UnaryFunctions.Log>>))]
    [GpuKernelVariant("LogGradient", typeof(DevicePointwise<IUnaryFunction.Gradient<UnaryFunctions.Log>>))]
    [GpuKernelVariant("Sqrt", typeof(DevicePointwise<IUnaryFunction.Forward<UnaryFunctions.Sqrt>>))]
    [GpuKernelVariant("SqrtGradient", typeof(DevicePointwise<IUnaryFunction.Gradient<UnaryFunctions.Sqrt>>))]
    [GpuKernelVariant("Tanh", typeof(DevicePointwise<IUnaryFunction.Forward<UnaryFunctions.Tanh>>))]
    [GpuKernelVariant("TanhGradient", typeof(DevicePointwise<IUnaryFunction.Gradient<UnaryFunctions.Tanh>>))]
    [GpuKernelVariant("Sigmoid", typeof(DevicePointwise<IUnaryFunction.Forward<UnaryFunctions.Sigmoid>>))]
    [GpuKernelVariant("SigmoidGradient", typeof(DevicePointwise<IUnaryFunction.Gradient<UnaryFunctions.Sigmoid>>))]
    [GpuKernelVariant("Softplus", typeof(DevicePointwise<IUnaryFunction.Forward<UnaryFunctions.Softplus>>))]
    [GpuKernelVariant("SoftplusGradient", typeof(DevicePointwise<IUnaryFunction.Gradient<UnaryFunctions.Softplus>>))]
    [GpuKernelVariant("Silu", typeof(DevicePointwise<IUnaryFunction.Forward<UnaryFunctions.Silu>>))]
    [GpuKernelVariant("SiluGradient", typeof(DevicePointwise<IUnaryFunction.Gradient<UnaryFunctions.Silu>>))]
    [GpuKernelVariant("Relu", typeof(DevicePointwise<IUnaryFunction.Forward<UnaryFunctions.Relu>>))]
    [GpuKernelVariant("ReluGradient", typeof(DevicePointwise<IUnaryFunction.Gradient<UnaryFunctions.Relu>>))]
    [GpuKernelVariant("Gelu", typeof(DevicePointwise<IUnaryFunction.Forward<GeluFunctions.Gelu>>))]
    [GpuKernelVariant("GeluGradient", typeof(DevicePointwise<IUnaryFunction.Gradient<GeluFunctions.Gelu>>))]
    [GpuKernelVariant("GeluTanh", typeof(DevicePointwise<IUnaryFunction.Forward<GeluFunctions.GeluTanh>>))]
    [GpuKernelVariant("GeluTanhGradient", typeof(DevicePointwise<IUnaryFunction.Gradient<GeluFunctions.GeluTanh>>))]
    [GpuKernelVariant("Add", typeof(DevicePointwise<IBinaryFunction.Forward<BinaryFunctions.Add>>))]
    [GpuKernelVariant("AddLeftGradient", typeof(DevicePointwise<IBinaryFunction.LeftGradient<BinaryFunctions.Add>>))]
    [GpuKernelVariant("AddRightGradient", typeof(DevicePointwise<IBinaryFunction.RightGradient<BinaryFunctions.Add>>))]
    [GpuKernelVariant("Subtract", typeof(DevicePointwise<IBinaryFunction.Forward<BinaryFunctions.Subtract>>))]
    [GpuKernelVariant("SubtractLeftGradient", typeof(DevicePointwise<IBinaryFunction.LeftGradient<BinaryFunctions.Subtract>>))]
    [GpuKernelVariant("SubtractRightGradient", typeof(DevicePointwise<IBinaryFunction.RightGradient<BinaryFunctions.Subtract>>))]
    [GpuKernelVariant("Multiply", typeof(DevicePointwise<IBinaryFunction.Forward<BinaryFunctions.Multiply>>))]
    [GpuKernelVariant("MultiplyLeftGradient", typeof(DevicePointwise<IBinaryFunction.LeftGradient<BinaryFunctions.Multiply>>))]
    [GpuKernelVariant("MultiplyRightGradient", typeof(DevicePointwise<IBinaryFunction.RightGradient<BinaryFunctions.Multiply>>))]
    [GpuKernelVariant("Divide", typeof(DevicePointwise<IBinaryFunction.Forward<BinaryFunctions.Divide>>))]
    [GpuKernelVariant("DivideLeftGradient", typeof(DevicePointwise<IBinaryFunction.LeftGradient<BinaryFunctions.Divide>>))]
    [GpuKernelVariant("DivideRightGradient", typeof(DevicePointwise<IBinaryFunction.RightGradient<BinaryFunctions.Divide>>))]
    [GpuKernelVariant("Minimum", typeof(DevicePointwise<IBinaryFunction.Forward<BinaryFunctions.Minimum>>))]
    [GpuKernelVariant("MinimumLeftGradient", typeof(DevicePointwise<IBinaryFunction.LeftGradient<BinaryFunctions.Minimum>>))]
    [GpuKernelVariant("MinimumRightGradient", typeof(DevicePointwise<IBinaryFunction.RightGradient<BinaryFunctions.Minimum>>))]
    [GpuKernelVariant("Maximum", typeof(DevicePointwise<IBinaryFunction.Forward<BinaryFunctions.Maximum>>))]
    [GpuKernelVariant("MaximumLeftGradient", typeof(DevicePointwise<IBinaryFunction.LeftGradient<BinaryFunctions.Maximum>>))]
    [GpuKernelVariant("MaximumRightGradient", typeof(DevicePointwise<IBinaryFunction.RightGradient<BinaryFunctions.Maximum>>))]
    [GpuKernelVariant("Identity", typeof(DevicePointwise<ConstantOperators.Identity>))]
    [GpuKernelVariant("Select", typeof(DevicePointwise<ConstantOperators.Select>))]
    [GpuKernelVariant("Constant", typeof(DevicePointwise.Constant))]
    [GpuKernelVariant("Scale", typeof(DevicePointwise.Scale))]
    [GpuKernelVariant("Affine", typeof(DevicePointwise.Affine))]
    [GpuKernelVariant("SelectGradient", typeof(DevicePointwise.SelectGradient))]
    [GpuKernelVariant("Power", typeof(DevicePointwise.Power))]
    [GpuKernelVariant("PowerGradient", typeof(DevicePointwise.PowerGradient))]
    [GpuKernelVariant("Sin", typeof(DevicePointwise.Sin))]
    [GpuKernelVariant("SinGradient", typeof(DevicePointwise.SinGradient))]
    [GpuKernelVariant("Cos", typeof(DevicePointwise.Cos))]
    [GpuKernelVariant("CosGradient", typeof(DevicePointwise.CosGradient))]
    [GpuKernelVariant("Softmax", typeof(DevicePointwise<SoftmaxOperators.Softmax>))]
    [GpuKernelVariant("LogSoftmax", typeof(DevicePointwise<SoftmaxOperators.LogSoftmax>))]
    [GpuKernelVariant("SoftmaxGradient", typeof(DevicePointwise<SoftmaxOperators.SoftmaxGradient>))]
    [GpuKernelVariant("LogSoftmaxGradient", typeof(DevicePointwise<SoftmaxOperators.LogSoftmaxGradient>))]
    [GpuKernelVariant("LogSumExpGradient", typeof(DevicePointwise<SoftmaxOperators.LogSumExpGradient>))]
    public static void Run<TFunction>(
        ArrayView<float> x, ArrayView<float> y, ArrayView<float> z, ArrayView<float> output, ElementLayout layout, long count, double first, double second, int inputs, int accumulate)
        where TFunction : struct, IDevicePointwise
    {
        var index = ((long)Grid.IdxX * Threads) + Group.IdxX;
        if (index >= count)
        {
            return;
        }

        var places = ElementLayout.At(layout, index);
        var value = TFunction.Invoke(
            inputs > 0 ? x[places.X] : 0f, inputs > 1 ? y[places.Y] : 0f, inputs > 2 ? z[places.Z] : 0f, first, second);
        output[places.Output] = accumulate != 0 ? FastMath.Add(output[places.Output], value) : value;
    }
}
