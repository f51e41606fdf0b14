using System.Numerics;
using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>
/// What samplers need from rows of logits that are on a GPU: the results of <see cref="Logits"/>, with the same bits, computed where the logits are. A launch does not wait; the results
/// are there for whatever follows on the device's stream. All tensors of a call are on one <see cref="CudaDevice"/>.
/// </summary>
public static class DeviceLogits
{
    /// <summary>The largest k of <see cref="TopK"/>.</summary>
    public const int LargestTopK = TopKKernels.Most;

    // Kernels count a row's elements in steps that must not pass an int's end.
    private const int LargestWidth = 1 << 30;

    /// <summary>The index of each row's largest logit, the lowest of equals; -1 where none is a number. A NaN is never chosen.</summary>
    /// <param name="logits">[rows, V], float32, V at least 1; rows dense.</param>
    /// <param name="indices">[rows], int32, dense.</param>
    /// <exception cref="ShapeMismatchException">The shapes do not fit each other.</exception>
    /// <exception cref="DTypeMismatchException">A tensor is of another type.</exception>
    /// <exception cref="ArgumentException">A tensor is not on the GPU.</exception>
    public static void ArgMax(Tensor logits, Tensor indices)
    {
        var (device, rows, width) = Check(nameof(ArgMax), logits);
        Output(nameof(ArgMax), nameof(indices), indices, device, new Shape(rows), DType.Int32);
        device.Kernel("SamplingKernels.ArgMax").Launch(new GridSize(rows)).Rows(new DeviceRows(logits), 1).View(indices).Int(width).Run();
    }

    /// <summary>ln Σ exp(logit) of each row, as <see cref="Logits.LogSumExp"/>: float32 exponentials, summed by blocks of 1024 into float64.</summary>
    /// <param name="logits">[rows, V], float32, V at least 1; rows dense.</param>
    /// <param name="sums">[rows], float64, dense.</param>
    /// <inheritdoc cref="ArgMax"/>
    public static void LogSumExp(Tensor logits, Tensor sums)
    {
        var (device, rows, width) = Check(nameof(LogSumExp), logits);
        Output(nameof(LogSumExp), nameof(sums), sums, device, new Shape(rows), DType.Float64);
        device.Kernel("SamplingKernels.LogSumExp").Launch(new GridSize(rows)).Rows(new DeviceRows(logits), 1).View(sums).Int(width).Run();
    }

    /// <summary>probabilities = softmax(logits / temperature) row by row, as <see cref="Logits.Softmax"/>.</summary>
    /// <param name="logits">[rows, V], float32, V at least 1; rows dense.</param>
    /// <param name="temperature">Positive; 1 leaves the distribution as it is.</param>
    /// <param name="probabilities">As the logits; may be the same memory.</param>
    /// <inheritdoc cref="ArgMax"/>
    /// <exception cref="ArgumentOutOfRangeException">The temperature is not positive.</exception>
    public static void Softmax(Tensor logits, float temperature, Tensor probabilities)
    {
        Positive(temperature);
        var (device, rows, width) = Check(nameof(Softmax), logits);
        OperatorChecks.Activation(nameof(Softmax), nameof(probabilities), probabilities, logits.Shape, DType.Float32);
        DeviceLaunch.Same(nameof(Softmax), nameof(probabilities), probabilities, device);
        device.Kernel("SamplingKernels.Softmax").Launch(new GridSize(rows))
            .Rows(new DeviceRows(logits), 1).Rows(new DeviceRows(probabilities), 1).Int(width).Float((float)Math.Min(1 / (double)temperature, float.MaxValue)).Run();
    }

    /// <summary>
    /// The k largest of <c>(logit - largest logit) / temperature</c> of each row, falling, equal ones by rising index; at temperature 1 of the logits as they are, which is
    /// <see cref="Logits.TopK"/>. The division comes before the choice, as it may round different logits to equal ones.
    /// </summary>
    /// <param name="logits">[rows, V], float32, V at least 1; rows dense.</param>
    /// <param name="temperature">Positive.</param>
    /// <param name="values">[rows, k], float32, dense, k from 1 to <see cref="LargestTopK"/>; -infinity from where a row has no more numbers.</param>
    /// <param name="indices">[rows, k], int32, dense; -1 from where a row has no more numbers.</param>
    /// <inheritdoc cref="ArgMax"/>
    /// <exception cref="ArgumentOutOfRangeException">The temperature is not positive, or k is out of range.</exception>
    public static void TopK(Tensor logits, float temperature, Tensor values, Tensor indices)
    {
        Positive(temperature);
        var (device, rows, width) = Check(nameof(TopK), logits);
        OperatorChecks.Rank(nameof(TopK), nameof(values), values, 2);
        var count = values.Shape[1];
        if (count is < 1 or > LargestTopK)
        {
            throw new ArgumentOutOfRangeException(nameof(values), count, $"k is from 1 to {LargestTopK} on a GPU");
        }

        Output(nameof(TopK), nameof(values), values, device, new Shape(rows, count), DType.Float32);
        Output(nameof(TopK), nameof(indices), indices, device, new Shape(rows, count), DType.Int32);
        device.Kernel("TopKKernels.Run").Launch(new GridSize(rows)).Rows(new DeviceRows(logits), 1).View(values).View(indices)
            .Int(width).Int((int)count).Int((int)BitOperations.RoundUpToPowerOf2((uint)count)).Float(temperature).Run();
    }

    private static (CudaDevice Device, int Rows, int Width) Check(string operation, Tensor logits)
    {
        ArgumentNullException.ThrowIfNull(logits);
        OperatorChecks.Activation(operation, nameof(logits), logits);
        OperatorChecks.Rank(operation, nameof(logits), logits, 2);
        DeviceLaunch.Single(operation, logits);
        var device = logits.Device as CudaDevice ?? throw new ArgumentException($"{operation} runs on a GPU, the logits are on {logits.Device.Name}", nameof(logits));
        if (logits.Shape[1] is < 1 or > LargestWidth)
        {
            Throw.ShapeMismatch(operation, nameof(logits), $"[rows, 1 to {LargestWidth}]", logits.Shape.ToString());
        }

        return (device, checked((int)logits.Shape[0]), (int)logits.Shape[1]);
    }

    private static void Output(string operation, string name, Tensor tensor, CudaDevice device, Shape shape, DType dtype)
    {
        ArgumentNullException.ThrowIfNull(tensor, name);
        DeviceLaunch.Same(operation, name, tensor, device);
        if (tensor.DType != dtype)
        {
            Throw.DTypeMismatch(operation, name, dtype.Name(), tensor.DType.Name());
        }

        if (tensor.Shape != shape || !tensor.IsContiguous)
        {
            Throw.ShapeMismatch(operation, name, $"{shape}, dense", $"{tensor.Shape} with strides {tensor.Strides}");
        }
    }

    private static void Positive(float temperature)
    {
        if (!(temperature > 0))
        {
            throw new ArgumentOutOfRangeException(nameof(temperature), temperature, "a temperature is above 0; 0 means ArgMax");
        }
    }
}
