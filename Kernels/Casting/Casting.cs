using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>Whole tensors from one floating-point type to another: exact where the target is wider, round to nearest even where it is narrower.</summary>
public static unsafe class Casting
{
    private const int RunLength = 1 << 20;

    /// <summary>Converts every element.</summary>
    /// <param name="input">Dense, float32, bfloat16 or float16.</param>
    /// <param name="output">Dense, of the same shape; one of the two is float32.</param>
    /// <exception cref="ShapeMismatchException">The shapes differ.</exception>
    /// <exception cref="DTypeMismatchException">Neither or another type than these.</exception>
    /// <exception cref="InvalidOperationException">A tensor is strided.</exception>
    public static void Run(Tensor input, Tensor output)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        if (input.DType == output.DType)
        {
            output.CopyFrom(input);
            return;
        }

        Check(input, output);
        if (output.Device is CudaDevice device)
        {
            DeviceLaunch.Same(nameof(Casting), nameof(input), input, device);
            CastingLaunch.Run(device, input, output);
            return;
        }

        for (var start = 0L; start < input.ElementCount; start += RunLength)
        {
            var length = (int)Math.Min(RunLength, input.ElementCount - start);
            if (output.DType == DType.Float32)
            {
                TensorConvert.ToSingle(input.DType, Bytes(input, start, length), new Span<float>(output.PointerOf<float>() + start, length));
            }
            else
            {
                TensorConvert.FromSingle(output.DType, new ReadOnlySpan<float>(input.PointerOf<float>() + start, length), Bytes(output, start, length));
            }
        }
    }

    private static void Check(Tensor input, Tensor output)
    {
        if (input.Shape != output.Shape)
        {
            Throw.ShapeMismatch(nameof(Casting), nameof(output), input.Shape.ToString(), output.Shape.ToString());
        }

        if (!input.IsContiguous || !output.IsContiguous)
        {
            throw new InvalidOperationException($"only dense tensors are converted, not strides {input.Strides} to {output.Strides}");
        }

        var (narrow, name) = output.DType == DType.Float32 ? (input.DType, nameof(input)) : (output.DType, nameof(output));
        if ((input.DType != DType.Float32 && output.DType != DType.Float32) || narrow is not (DType.BFloat16 or DType.Float16))
        {
            Throw.DTypeMismatch(nameof(Casting), name, "f32 to or from bf16 or f16", $"{input.DType.Name()} to {output.DType.Name()}");
        }
    }

    private static Span<byte> Bytes(Tensor tensor, long start, int length) =>
        new(tensor.Pointer + tensor.DType.Bytes(start), checked((int)tensor.DType.Bytes(length)));
}
