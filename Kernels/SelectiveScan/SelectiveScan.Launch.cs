using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <content>On a GPU.</content>
public static unsafe partial class SelectiveScan
{
    private static void OnGpu(
        CudaDevice device,
        Tensor x,
        Tensor z,
        Tensor dt,
        Tensor dtBias,
        Tensor aLog,
        Tensor b,
        Tensor c,
        Tensor d,
        SequenceOffsets offsets,
        int chunkSize,
        ReadOnlySpan<SsmState> states,
        Tensor output)
    {
        DeviceLaunch.Single(Operation, x);
        DeviceLaunch.Same(Operation, nameof(z), z, device);
        DeviceLaunch.Same(Operation, nameof(output), output, device);
        foreach (var state in states)
        {
            // Kernels read its address out of a table, where no launch can check it.
            DeviceLaunch.Same(Operation, nameof(states), state.Values, device);
        }

        var shape = DeviceShape(x, z, dt, b, c, chunkSize);
        shape.IsVector &= DeviceLaunch.IsAligned(output) ? 1 : 0;
        var plan = ScanDevicePlan.Forward(offsets, shape.Chunk, states);
        using var table = device.Upload(plan.Table);
        if (plan.Chunks > 0)
        {
            shape.Sequences = plan.Chunked;
            using var decays = Decays(device, table, plan.Chunks, dt, dtBias, aLog, shape);
            using var products = Products(device, table, plan.Chunks, b, c, shape);
            using var entering = ChunkStates(device, table, plan.Chunks, x, default, shape.XToken, shape.XHead, b, shape.BToken, decays, isAdjoint: false, shape);
            PassStates(device, table, plan.Chunked, decays, entering, keeps: true, shape);
            device.Kernel("SelectiveScanKernels.Scan").Launch(new GridSize(plan.Chunks, shape.Heads, Panels(shape.HeadSize)))
                .View(table).View(x).View(z).View(c).View(d).View(decays).View(products).View(entering).View(output).Struct(shape).Run();
        }

        if (plan.Stepped > 0)
        {
            var skipped = plan.Chunked * ScanTable.Fields;
            var rows = (shape.HeadSize + SelectiveScanKernels.RowsOfStep - 1) / SelectiveScanKernels.RowsOfStep;
            device.Kernel("SelectiveScanKernels.Step").Launch(new GridSize((long)plan.Stepped * shape.Heads, rows))
                .View(table.Address + (sizeof(long) * skipped), table.Length - skipped)
                .View(x).View(z).View(dt).View(dtBias).View(aLog).View(b).View(c).View(d).View(output).Struct(shape).Run();
        }
    }

    /// <summary>A call's sizes and strides.</summary>
    internal static ScanShape DeviceShape(Tensor x, Tensor z, Tensor dt, Tensor b, Tensor c, int chunkSize) => new()
    {
        XToken = 4 * x.Strides[0],
        XHead = 4 * x.Strides[1],
        ZToken = 4 * z.Strides[0],
        ZHead = 4 * z.Strides[1],
        DtToken = 4 * dt.Strides[0],
        BToken = 4 * b.Strides[0],
        CToken = 4 * c.Strides[0],
        Heads = (int)x.Shape[1],
        HeadSize = (int)x.Shape[2],
        StateSize = (int)b.Shape[1],
        Chunk = ScanDevicePlan.ChunkOf(chunkSize),
        IsVector = DeviceLaunch.IsAligned(x) && DeviceLaunch.IsAligned(z) ? 1 : 0,
        IsMapVector = DeviceLaunch.IsAligned(b) && DeviceLaunch.IsAligned(c) ? 1 : 0,
    };

    /// <summary>Panels of 64 columns.</summary>
    internal static int Panels(int width) => (width + TileProduct64.Size - 1) / TileProduct64.Size;

    internal static DeviceScratch<float> Decays(CudaDevice device, in DeviceArray<long> table, int chunks, Tensor dt, Tensor dtBias, Tensor aLog, in ScanShape shape)
    {
        var decays = new DeviceScratch<float>(device, (long)chunks * shape.Heads * ScanChunk.DecayArrays * TileProduct64.Size);
        device.Kernel("SelectiveScanKernels.Decays").Launch(new GridSize(chunks, (shape.Heads + 31) / 32))
            .View(table).View(dt).View(dtBias).View(aLog).View(decays).Struct(shape).Run();
        return decays;
    }

    internal static DeviceScratch<float> Products(CudaDevice device, in DeviceArray<long> table, int chunks, Tensor b, Tensor c, in ScanShape shape)
    {
        var products = new DeviceScratch<float>(device, (long)chunks * TileProduct64.Size * TileProduct64.Size);
        device.Kernel("SelectiveScanKernels.Products").Launch(new GridSize(chunks)).View(table).View(b).View(c).View(products).Struct(shape).Run();
        return products;
    }

    internal static DeviceScratch<float> ChunkStates(
        CudaDevice device,
        in DeviceArray<long> table,
        int chunks,
        Tensor? rows,
        in DeviceScratch<float> otherRows,
        long tokenStride,
        long headStride,
        Tensor maps,
        long mapStride,
        in DeviceScratch<float> decays,
        bool isAdjoint,
        in ScanShape shape)
    {
        var states = new DeviceScratch<float>(device, (long)chunks * shape.Heads * shape.HeadSize * shape.StateSize);
        var launch = device.Kernel("SelectiveScanKernels.ChunkStates").Launch(new GridSize(chunks, shape.Heads, Panels(shape.HeadSize) * Panels(shape.StateSize))).View(table);
        launch = rows is null ? launch.View(otherRows) : launch.View(rows);
        launch.Long(tokenStride).Long(headStride).View(maps).Long(mapStride).View(decays).View(states).Int(isAdjoint ? 1 : 0).Struct(shape).Run();
        return states;
    }

    internal static void PassStates(CudaDevice device, in DeviceArray<long> table, int sequences, in DeviceScratch<float> decays, in DeviceScratch<float> states, bool keeps, in ScanShape shape)
    {
        var elements = ((shape.HeadSize * (long)shape.StateSize) + TileProduct64.Threads - 1) / TileProduct64.Threads;
        device.Kernel("SelectiveScanKernels.PassStates").Launch(new GridSize(elements, shape.Heads, sequences))
            .View(table).View(decays).View(states).Int(keeps ? 1 : 0).Struct(shape).Run();
    }
}
