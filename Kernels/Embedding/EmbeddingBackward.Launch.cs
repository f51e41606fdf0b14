using System.Buffers;
using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

public static partial class EmbeddingBackward
{
    private static void OnGpu(CudaDevice device, ReadOnlySpan<int> tokens, Tensor outputGradient, Tensor tableGradient)
    {
        DeviceLaunch.Single(nameof(EmbeddingBackward), tableGradient);
        DeviceLaunch.Same(nameof(EmbeddingBackward), nameof(outputGradient), outputGradient, device);
        if (tokens.IsEmpty || tableGradient.ElementCount == 0)
        {
            return;
        }

        // Sorting here costs less than finding equal tokens there: (row, token) as one number, so that tokens of a row stay in order.
        var keys = ArrayPool<long>.Shared.Rent(tokens.Length);
        var places = ArrayPool<int>.Shared.Rent((3 * tokens.Length) + 1);
        for (var t = 0; t < tokens.Length; t++)
        {
            keys[t] = ((long)tokens[t] << 32) | (uint)t;
        }

        keys.AsSpan(0, tokens.Length).Sort();
        var order = places.AsSpan(0, tokens.Length);
        var rows = places.AsSpan(tokens.Length, tokens.Length);
        var starts = places.AsSpan(2 * tokens.Length, tokens.Length + 1);
        var count = 0;
        for (var i = 0; i < tokens.Length; i++)
        {
            var row = (int)(keys[i] >> 32);
            order[i] = (int)keys[i];
            if (count == 0 || rows[count - 1] != row)
            {
                (rows[count], starts[count]) = (row, i);
                count++;
            }
        }

        starts[count] = tokens.Length;
        Launch(device, order, starts[..(count + 1)], rows[..count], outputGradient, tableGradient);
        ArrayPool<long>.Shared.Return(keys);
        ArrayPool<int>.Shared.Return(places);
    }

    private static void Launch(
        CudaDevice device, ReadOnlySpan<int> order, ReadOnlySpan<int> starts, ReadOnlySpan<int> rows, Tensor outputGradient, Tensor tableGradient)
    {
        var gradient = new DeviceRows(outputGradient);
        var lanes = gradient.IsAligned && tableGradient.Address % 16 == 0 ? 4 : 1;
        var tiles = RowTiles.Of(rows.Length, gradient.Width / lanes);
        using var orderThere = device.Upload(order);
        using var startsThere = device.Upload(starts);
        using var rowsThere = device.Upload(rows);
        device.Kernel(lanes == 4 ? "EmbeddingBackwardKernels.AddVectors" : "EmbeddingBackwardKernels.Add").Launch(new GridSize(tiles.Blocks))
            .Rows(gradient, lanes).View(orderThere).View(startsThere).View(rowsThere).Vectors(tableGradient, lanes).Struct(tiles).Run();
        DeviceLaunch.KeepAlive(outputGradient);
    }
}
