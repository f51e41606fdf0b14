using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <content>On a GPU.</content>
public static unsafe partial class FlashAttentionBackward
{
    private static void OnGpu(
        CudaDevice device,
        Tensor query,
        Tensor key,
        Tensor value,
        Tensor output,
        Tensor logSumExp,
        Tensor outputGradient,
        SequenceOffsets offsets,
        int? window,
        Tensor queryGradient,
        Tensor keyGradient,
        Tensor valueGradient)
    {
        DeviceLaunch.Single(Operation, query);
        var shape = FlashAttention.DeviceShape(query, key, value, offsets, window);
        shape.IsVector = DeviceLaunch.IsAligned(query) && DeviceLaunch.IsAligned(key) && DeviceLaunch.IsAligned(value) && DeviceLaunch.IsAligned(outputGradient)
            && DeviceLaunch.IsAligned(queryGradient) && DeviceLaunch.IsAligned(keyGradient) && DeviceLaunch.IsAligned(valueGradient) ? 1 : 0;
        var gradients = new AttentionGradientShape
        {
            OutputToken = 4 * outputGradient.Strides[0],
            OutputHead = 4 * outputGradient.Strides[1],
            QueryToken = 4 * queryGradient.Strides[0],
            QueryHead = 4 * queryGradient.Strides[1],
            KeyToken = 4 * keyGradient.Strides[0],
            KeyHead = 4 * keyGradient.Strides[1],
            ValueToken = 4 * valueGradient.Strides[0],
            ValueHead = 4 * valueGradient.Strides[1],
            Scale = (float)(1 / Math.Sqrt(shape.HeadSize)),
        };
        var rows = checked(offsets.TokenCount * shape.QueryHeads);
        using var statistics = new DeviceScratch<float>(device, 2L * rows);
        device.Kernel("FlashAttentionBackwardKernels.Deltas").Launch(GridSize.Covering(rows, FlashAttentionBackwardKernels.RowsOfDeltas))
            .View(output).View(logSumExp).View(outputGradient).Long(gradients.OutputToken).Long(gradients.OutputHead).View(statistics)
            .Int(rows).Int(shape.QueryHeads).Int(shape.HeadSize).Run();

        var isNarrow = shape.HeadSize <= 64;
        var ofQueries = AttentionDevicePlan.Create(offsets, [], shape.QueryHeads, FlashAttention.LargestGroup(shape), window, hasSplits: false);
        using (var table = device.Upload(ofQueries.Table))
        {
            device.Kernel(isNarrow ? "FlashAttentionBackwardKernels.Queries.p64" : "FlashAttentionBackwardKernels.Queries.p128")
                .Launch(FlashAttention.TileGrid(shape, ofQueries.Tiles))
                .View(table).View(query).View(key).View(value).View(outputGradient).View(statistics).View(queryGradient).Struct(shape).Struct(gradients).Run();
        }

        var ofKeys = AttentionDevicePlan.Create(offsets, [], shape.QueryHeads, 1, window, hasSplits: false);
        using (var table = device.Upload(ofKeys.Table))
        {
            device.Kernel(isNarrow ? "FlashAttentionBackwardKernels.Keys.p64" : "FlashAttentionBackwardKernels.Keys.p128")
                .Launch(FlashAttention.TileGrid(shape, ofKeys.Tiles))
                .View(table).View(query).View(key).View(value).View(outputGradient).View(statistics).View(keyGradient).View(valueGradient)
                .Struct(shape).Struct(gradients).Run();
        }
    }
}
