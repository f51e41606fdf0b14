using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>Launches <see cref="PointwiseKernels"/>.</summary>
internal static class PointwiseLaunch
{
    /// <summary>output (+)= f(x, y, z); shapes and types have been checked.</summary>
    public static void Run<TOperator>(CudaDevice device, Tensor x, Tensor? y, Tensor? z, Tensor output, bool accumulate, double first, double second)
        where TOperator : struct, IPointwiseOperator
    {
        const string Name = nameof(Pointwise);
        DeviceLaunch.Single(Name, output);
        DeviceLaunch.Same(Name, nameof(x), x, device);
        DeviceLaunch.Same(Name, nameof(y), y ?? x, device);
        DeviceLaunch.Same(Name, nameof(z), z ?? x, device);

        // A constant reads nothing: what it is given as input may be undefined yet.
        var inputs = typeof(TOperator) == typeof(ConstantOperators.Constant) ? 0 : TOperator.Inputs;
        device.Kernel(KernelName<TOperator>.Value).Launch(GridSize.Covering(output.ElementCount, PointwiseKernels.Threads))
            .View(x).View(y).View(z).View(output).Struct(ElementAxes.Of(output.Shape, x, y, z, output)).Long(output.ElementCount)
            .Double(first).Double(second).Int(inputs).Int(accumulate ? 1 : 0).Run();
    }

    /// <summary>The kernel of an operator, found once: <c>Gradient&lt;Exp&gt;</c> is <c>ExpGradient</c>, <c>Forward&lt;Add&gt;</c> is <c>Add</c>.</summary>
    private static class KernelName<TOperator>
    {
        public static readonly string Value = "PointwiseKernels.Run." + Suffix(typeof(TOperator));

        private static string Suffix(Type type)
        {
            if (!type.IsGenericType)
            {
                return type.Name;
            }

            var part = type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)];
            return type.GetGenericArguments()[0].Name + (part == "Forward" ? "" : part);
        }
    }
}
