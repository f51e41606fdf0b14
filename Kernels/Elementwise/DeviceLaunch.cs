using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>What launches of GPU kernels share.</summary>
internal static class DeviceLaunch
{
    /// <summary>GPU kernels compute in float32.</summary>
    /// <exception cref="DTypeMismatchException">The tensor is float64.</exception>
    public static void Single(string operation, Tensor tensor)
    {
        if (tensor.DType != DType.Float32)
        {
            Throw.DTypeMismatch(operation, "activations", $"f32 on {tensor.Device.Name}, as only the processor computes in float64", tensor.DType.Name());
        }
    }

    /// <summary>All tensors of a launch are on one device.</summary>
    /// <exception cref="ArgumentException">One is elsewhere.</exception>
    public static void Same(string operation, string name, Tensor tensor, CudaDevice device)
    {
        if (tensor.Device != device)
        {
            throw new ArgumentException($"{operation} runs on {device.Name}, {name} is on {tensor.Device.Name}", name);
        }
    }

    /// <summary>
    /// Ends a method that took addresses of tensors and then allocated or uploaded: a collection in between would free a tensor whose last use was its address.
    /// </summary>
    public static void KeepAlive(params ReadOnlySpan<Tensor?> tensors)
    {
        foreach (var tensor in tensors)
        {
            GC.KeepAlive(tensor);
        }
    }

    /// <summary>Passes rows: a view, and the strides beside it.</summary>
    public static KernelLaunch Rows(this KernelLaunch launch, in DeviceRows rows, int lanes) =>
        launch.View(rows.Address, rows.Length(lanes)).Struct(rows.Strides(lanes));

    /// <summary>Passes a tensor [T, D] or [T, H, P]: a view, and the strides of tokens and heads beside it.</summary>
    public static KernelLaunch Heads(this KernelLaunch launch, Tensor tensor, int lanes) =>
        launch.View(tensor.Address, (Extent(tensor) + lanes - 1) / lanes).Struct(HeadsOf(tensor, lanes));

    /// <summary>Whether heads and tokens can be read and written 16 bytes at a time.</summary>
    public static bool IsAligned(Tensor tensor)
    {
        var strides = HeadsOf(tensor, 1);
        return tensor.Address % 16 == 0 && tensor.Shape[^1] % 4 == 0 && strides.Token % 4 == 0 && strides.Head % 4 == 0;
    }

    /// <summary>Passes a dense tensor as vectors of so many elements.</summary>
    public static KernelLaunch Vectors(this KernelLaunch launch, Tensor tensor, int lanes) => launch.View(tensor.Address, tensor.ElementCount / lanes);

    private static HeadStrides HeadsOf(Tensor tensor, int lanes)
    {
        // The stride of a lone token or head is arbitrary and never used.
        var (shape, strides) = (tensor.Shape, tensor.Strides);
        return new HeadStrides
        {
            Token = shape[0] == 1 ? 0 : strides[0] / lanes,
            Head = shape.Rank == 2 || shape[1] == 1 ? 0 : strides[1] / lanes,
        };
    }

    private static long Extent(Tensor tensor)
    {
        var last = 0L;
        for (var i = 0; i < tensor.Shape.Rank; i++)
        {
            if (tensor.Shape[i] == 0)
            {
                return 0;
            }

            last += (tensor.Shape[i] - 1) * tensor.Strides[i];
        }

        return last + 1;
    }
}
