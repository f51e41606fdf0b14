using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <content>On a GPU.</content>
public static unsafe partial class SelectiveScanBackward
{
    // Heads whose parts of dB and dC one block adds: fewer blocks, less scratch; the sum's order depends on it, so it is the same for every call.
    private const int HeadsOfGroup = 8;

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
        Tensor? initialStates,
        Tensor outputGradient,
        Tensor? finalStateGradients,
        in SelectiveScanGradients gradients)
    {
        DeviceLaunch.Single(Operation, x);
        if (initialStates is not null)
        {
            // Kernels read its address out of a table, where no launch can check it.
            DeviceLaunch.Same(Operation, nameof(initialStates), initialStates, device);
        }

        var shape = SelectiveScan.DeviceShape(x, z, dt, b, c, chunkSize);
        shape.Sequences = offsets.Count;
        shape.IsVector &= DeviceLaunch.IsAligned(outputGradient) && DeviceLaunch.IsAligned(gradients.X) && DeviceLaunch.IsAligned(gradients.Z) ? 1 : 0;
        var strides = Strides(shape, outputGradient, offsets, gradients);
        var plan = ScanDevicePlan.Backward(offsets, shape.Chunk, initialStates?.Address ?? 0, sizeof(float) * (long)shape.Heads * shape.HeadSize * shape.StateSize);
        using var table = device.Upload(plan.Table);
        using var decays = SelectiveScan.Decays(device, table, plan.Chunks, dt, dtBias, aLog, shape);
        using var products = SelectiveScan.Products(device, table, plan.Chunks, b, c, shape);
        using var states = SelectiveScan.ChunkStates(device, table, plan.Chunks, x, default, shape.XToken, shape.XHead, b, shape.BToken, decays, isAdjoint: false, shape);
        SelectiveScan.PassStates(device, table, plan.Chunked, decays, states, keeps: false, shape);

        using var gated = new DeviceScratch<float>(device, x.ElementCount);
        device.Kernel("SelectiveScanBackwardKernels.Gate").Launch(GridSize.Covering(gated.Length, TileProduct64.Threads))
            .View(z).View(outputGradient).View(gated).Struct(shape).Struct(strides).Run();
        var gatedShape = shape;
        gatedShape.IsVector = shape.HeadSize % 4 == 0 ? 1 : 0;
        using var leaving = SelectiveScan.ChunkStates(
            device, table, plan.Chunks, null, gated, 4L * shape.Heads * shape.HeadSize, 4L * shape.HeadSize, c, shape.CToken, decays, isAdjoint: true, gatedShape);
        var elements = GridSize.Covering(shape.HeadSize * (long)shape.StateSize, TileProduct64.Threads).X;
        device.Kernel("SelectiveScanBackwardKernels.PassGradients").Launch(new GridSize(elements, shape.Heads, offsets.Count))
            .View(table).View(decays).View(leaving).View(finalStateGradients).View(gradients.InitialStates).Struct(shape).Run();

        using var carry = new DeviceScratch<float>(device, (long)plan.Chunks * shape.Heads);
        device.Kernel("SelectiveScanBackwardKernels.Carry").Launch(new GridSize(plan.Chunks, shape.Heads))
            .View(decays).View(states).View(leaving).View(carry).Struct(shape).Run();

        var panels = SelectiveScan.Panels(shape.HeadSize);
        using var dots = new DeviceScratch<float>(device, carry.Length * SelectiveScanBackwardKernels.Kinds * panels * TileProduct64.Size);
        device.Kernel("SelectiveScanBackwardKernels.Outputs").Launch(new GridSize(plan.Chunks, shape.Heads, panels))
            .View(table).View(x).View(z).View(c).View(d).View(decays).View(products).View(states).View(gated).View(outputGradient).View(gradients.Z).View(dots)
            .Struct(shape).Struct(strides).Run();
        device.Kernel("SelectiveScanBackwardKernels.Inputs").Launch(new GridSize(plan.Chunks, shape.Heads, panels))
            .View(table).View(x).View(b).View(d).View(decays).View(products).View(leaving).View(gated).View(gradients.X).View(dots)
            .Struct(shape).Struct(strides).Run();
        using var pairSums = new DeviceScratch<double>(device, carry.Length * TileProduct64.Size);
        MapGradientsOnGpu(device, table, plan.Chunks, x, b, c, decays, products, states, leaving, gated, pairSums, shape, strides, gradients);

        using var chunkSums = new DeviceScratch<double>(device, carry.Length * SelectiveScanBackwardKernels.Sums);
        device.Kernel("SelectiveScanBackwardKernels.Steps").Launch(new GridSize(plan.Chunks, shape.Heads))
            .View(table).View(dt).View(dtBias).View(aLog).View(decays).View(pairSums).View(dots).View(carry).View(gradients.Dt).View(chunkSums)
            .Struct(shape).Struct(strides).Run();
        device.Kernel("SelectiveScanBackwardKernels.HeadSums").Launch(new GridSize(shape.Heads))
            .View(chunkSums).View(aLog).View(gradients.DtBias).View(gradients.ALog).View(gradients.D).Int(plan.Chunks).Int(shape.Heads).Run();
        DeviceLaunch.KeepAlive(initialStates);
    }

    private static void MapGradientsOnGpu(
        CudaDevice device,
        in DeviceArray<long> table,
        int chunks,
        Tensor x,
        Tensor b,
        Tensor c,
        in DeviceScratch<float> decays,
        in DeviceScratch<float> products,
        in DeviceScratch<float> states,
        in DeviceScratch<float> leaving,
        in DeviceScratch<float> gated,
        in DeviceScratch<double> pairSums,
        in ScanShape shape,
        in ScanGradientShape strides,
        in SelectiveScanGradients gradients)
    {
        var groups = (shape.Heads + HeadsOfGroup - 1) / HeadsOfGroup;
        using var parts = new DeviceScratch<float>(device, 2L * groups * strides.Tokens * shape.StateSize);
        device.Kernel("SelectiveScanBackwardKernels.Maps").Launch(new GridSize(chunks, groups, SelectiveScan.Panels(shape.StateSize)))
            .View(table).View(x).View(b).View(c).View(decays).View(products).View(states).View(leaving).View(gated).View(parts).View(pairSums)
            .Struct(shape).Struct(strides).Run();
        device.Kernel("SelectiveScanBackwardKernels.SumGroups").Launch(GridSize.Covering(2L * strides.Tokens * shape.StateSize, TileProduct64.Threads))
            .View(parts).View(gradients.B).View(gradients.C).Int(groups).Struct(shape).Struct(strides).Run();
    }

    private static ScanGradientShape Strides(in ScanShape shape, Tensor outputGradient, SequenceOffsets offsets, in SelectiveScanGradients gradients) => new()
    {
        OutputToken = 4 * outputGradient.Strides[0],
        OutputHead = 4 * outputGradient.Strides[1],
        XToken = 4 * gradients.X.Strides[0],
        XHead = 4 * gradients.X.Strides[1],
        ZToken = 4 * gradients.Z.Strides[0],
        ZHead = 4 * gradients.Z.Strides[1],
        DtToken = 4 * gradients.Dt.Strides[0],
        BToken = 4 * gradients.B.Strides[0],
        CToken = 4 * gradients.C.Strides[0],
        Tokens = offsets.TokenCount,
        GroupHeads = Math.Min(HeadsOfGroup, shape.Heads),
    };
}
