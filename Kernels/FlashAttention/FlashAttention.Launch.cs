using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <content>On a GPU.</content>
public static unsafe partial class FlashAttention
{
    private static void OnGpu(
        CudaDevice device,
        Tensor query,
        Tensor key,
        Tensor value,
        SequenceOffsets offsets,
        int? window,
        ReadOnlySpan<KvCache> caches,
        Tensor output,
        Tensor? logSumExp)
    {
        DeviceLaunch.Single(Operation, query);
        DeviceLaunch.Same(Operation, nameof(key), key, device);
        DeviceLaunch.Same(Operation, nameof(value), value, device);
        DeviceLaunch.Same(Operation, nameof(output), output, device);
        DeviceLaunch.Same(Operation, nameof(logSumExp), logSumExp ?? output, device);
        foreach (var cache in caches)
        {
            DeviceLaunch.Same(Operation, nameof(caches), cache.Keys, device);
        }

        var shape = DeviceShape(query, key, value, offsets, window);
        shape.IsVector = DeviceLaunch.IsAligned(query) && DeviceLaunch.IsAligned(key) && DeviceLaunch.IsAligned(value) && DeviceLaunch.IsAligned(output) ? 1 : 0;
        var largest = LargestGroup(shape);
        var plan = AttentionDevicePlan.Create(offsets, caches, shape.QueryHeads, largest, window, hasSplits: true);
        using var table = device.Upload(plan.Table);
        if (plan.Tiles > 0)
        {
            device.Kernel(shape.HeadSize <= 64 ? "FlashAttentionKernels.Forward.p64" : "FlashAttentionKernels.Forward.p128").Launch(TileGrid(shape, plan.Tiles))
                .View(table).View(query).View(key).View(value).View(output).View(logSumExp).Struct(shape).Run();
        }

        if (plan.Splits == 0)
        {
            return;
        }

        var columnBlocks = (shape.HeadSize + FlashAttentionKernels.SplitColumns - 1) / FlashAttentionKernels.SplitColumns;
        var rowBlocks = ((plan.LongestOfSplits * largest) + FlashAttentionKernels.SplitRows - 1) / FlashAttentionKernels.SplitRows;
        var stride = (shape.HeadSize + 5) / 4 * 4;
        using var partials = new DeviceScratch<float>(device, (long)plan.Partials * stride);
        using var tokens = device.Upload(plan.Tokens);
        device.Kernel("FlashAttentionKernels.Split").Launch(new GridSize(plan.Splits, shape.KeyValueHeads, rowBlocks * columnBlocks))
            .View(table).View(query).View(key).View(value).View(partials).Int(stride).Int(columnBlocks).Struct(shape).Run();
        device.Kernel("FlashAttentionKernels.Combine").Launch(new GridSize(plan.Tokens.Length / 4 * (long)shape.QueryHeads))
            .View(tokens).View(partials).Int(stride).View(output).View(logSumExp).Int(shape.QueryHeads).Int(shape.HeadSize).Run();
    }

    /// <summary>A call's sizes and strides.</summary>
    internal static AttentionShape DeviceShape(Tensor query, Tensor key, Tensor value, SequenceOffsets offsets, int? window) => new()
    {
        QueryToken = 4 * query.Strides[0],
        QueryHead = 4 * query.Strides[1],
        KeyToken = 4 * key.Strides[0],
        KeyHead = 4 * key.Strides[1],
        ValueToken = 4 * value.Strides[0],
        ValueHead = 4 * value.Strides[1],
        QueryHeads = (int)query.Shape[1],
        KeyValueHeads = (int)key.Shape[1],
        HeadSize = (int)query.Shape[2],
        Window = window ?? int.MaxValue,
        Sequences = offsets.Count,
        Scale = (float)(Math.Log2(Math.E) / Math.Sqrt(query.Shape[2])),
    };

    /// <summary>The most query heads that one key-value head has.</summary>
    internal static int LargestGroup(in AttentionShape shape) => (shape.QueryHeads + shape.KeyValueHeads - 1) / shape.KeyValueHeads;

    /// <summary>Blocks of the tiled kernels: rows, key-value heads, blocks of 64 or 128 columns.</summary>
    internal static GridSize TileGrid(in AttentionShape shape, int tiles)
    {
        var columns = shape.HeadSize <= TileProduct64.Size ? TileProduct64.Size : 2 * TileProduct64.Size;
        return new GridSize(tiles, shape.KeyValueHeads, (shape.HeadSize + columns - 1) / columns);
    }
}
