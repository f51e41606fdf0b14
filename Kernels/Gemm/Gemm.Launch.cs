using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>Products on a GPU: from a <see cref="DeviceProduct"/> to launches, by <see cref="DeviceGemmSchedule"/>.</summary>
internal static class GemmLaunch
{
    private static readonly Names Tile64 = new("GemmKernels.Tile64");
    private static readonly Names Tile128 = new("GemmKernels.Tile128");
    private static readonly Names OneRow = new("GemmRowsKernels.One");
    private static readonly Names FourRows = new("GemmRowsKernels.Four");

    /// <summary>Rows = rows · weightᵀ as a linear layer, W in any storage.</summary>
    /// <param name="device">Of all three.</param>
    /// <param name="input">[M, K], f32, rows may be strided.</param>
    /// <param name="weight">[N, K], dense.</param>
    /// <param name="output">[M, N], f32, rows may be strided.</param>
    /// <param name="accumulate">Add to what the output holds.</param>
    public static void Linear(CudaDevice device, Tensor input, Tensor weight, Tensor output, bool accumulate)
    {
        Run(device, new DeviceProduct
        {
            M = checked((int)input.Shape[0]), N = checked((int)weight.Shape[0]), K = checked((int)weight.Shape[1]),
            A = input.Address, AStride = Stride(input), B = weight.Address, BStride = weight.Shape[1], Format = weight.DType,
            C = output.Address, CStride = Stride(output), Accumulate = accumulate,
        });
        DeviceLaunch.KeepAlive(input, weight, output);
    }

    /// <summary>Elements between rows; a single row's own stride is arbitrary.</summary>
    public static long Stride(Tensor rows) => Math.Max(rows.Strides[0], rows.Shape[1]);

    /// <summary>Runs a product; the caller keeps its tensors alive until then (<see cref="DeviceLaunch.KeepAlive"/>).</summary>
    public static void Run(CudaDevice device, DeviceProduct product)
    {
        product.OuterCount = Math.Max(1, product.OuterCount);
        product.Batch.InnerCount = Math.Max(1, product.Batch.InnerCount);
        if (product.M == 0 || product.N == 0)
        {
            return;
        }

        var batch = checked(product.OuterCount * product.Batch.InnerCount);
        var isLinear = !product.TransposeA && !product.ByColumns && batch == 1;
        var info = device.Info;
        var architecture = (10 * info.ComputeCapabilityMajor) + info.ComputeCapabilityMinor;
        var path = DeviceGemmSchedule.Choose(isLinear, product.M, product.N, product.K, batch, product.Format, architecture, info.MultiprocessorCount);
        switch (path)
        {
            case DeviceGemmPath.Rows:
                Rows(device, product);
                break;
            case DeviceGemmPath.TensorCores:
                TensorCoreGemm.Run(device, product);
                break;
            default:
                Tiles(device, product, path, DeviceGemmSchedule.SplitDepth(isLinear, product.M, product.N, product.K, batch));
                break;
        }
    }

    /// <summary>The product by tiles of f32, whatever the schedule would choose.</summary>
    public static void Tiles(CudaDevice device, DeviceProduct product, DeviceGemmPath path, int splitDepth)
    {
        product.OuterCount = Math.Max(1, product.OuterCount);
        product.Batch.InnerCount = Math.Max(1, product.Batch.InnerCount);
        if (splitDepth == 0)
        {
            Launch(device, product, path);
            return;
        }

        // Each part has a matrix of its own; they are added in order.
        var parts = (product.K + splitDepth - 1) / splitDepth;
        using var sums = Tensor.Allocate(device, new Shape(parts, product.M, product.N), DType.Float32);
        var part = product;
        (part.C, part.CStride, part.Accumulate, part.OuterCount) = (sums.Address, product.N, false, parts);
        part.Batch.SplitDepth = splitDepth;
        part.Batch.AOuter = splitDepth * (product.TransposeA ? product.AStride : 1);
        part.Batch.BOuter = splitDepth * (product.ByColumns ? product.BStride : 1);
        part.Batch.COuter = (long)product.M * product.N;
        Launch(device, part, DeviceGemmPath.Tile64);
        device.Kernel("GemmPartsKernels.Add").Launch(GridSize.Covering((long)product.M * product.N, GemmPartsKernels.Block))
            .View(sums).View(product.C, Extent(product.M, product.CStride, product.N)).Long(product.CStride).Int(product.M).Int(product.N).Int(parts)
            .Int(product.Accumulate ? GemmOptions.Accumulate : 0).Run();
    }

    private static void Launch(CudaDevice device, in DeviceProduct product, DeviceGemmPath path)
    {
        var width = path == DeviceGemmPath.Tile128 ? 128 : 64;
        var tiles = ((product.M + width - 1L) / width) * ((product.N + width - 1L) / width);
        var names = path == DeviceGemmPath.Tile128 ? Tile128 : Tile64;
        var form = product.TransposeA ? product.ByColumns ? "tn" : "tt" : product.ByColumns ? "nn" : "nt";
        device.Kernel(names.Of(form, product.Format)).Launch(new GridSize(tiles, 1, (long)product.OuterCount * product.Batch.InnerCount))
            .View(product.A, Extent(product.TransposeA ? product.K : product.M, product.AStride, product.TransposeA ? product.M : product.K))
            .View(product.B, WeightUnits(product))
            .View(product.C, Extent(product.M, product.CStride, product.N))
            .Long(product.AStride).Long(UnitStride(product)).Long(product.CStride)
            .Struct(product.Batch).Int(product.M).Int(product.N).Int(product.K).Int(Options(product)).Run();
    }

    private static void Rows(CudaDevice device, in DeviceProduct product)
    {
        var isOne = product.M == 1;
        var launch = device.Kernel((isOne ? OneRow : FourRows).Of("", product.Format))
            .Launch(new GridSize((product.N + GemmRowsKernels.Warps - 1) / GemmRowsKernels.Warps, isOne ? 1 : (product.M + 3) / 4))
            .View(product.A, Extent(product.M, product.AStride, product.K)).View(product.B, WeightUnits(product))
            .View(product.C, Extent(product.M, product.CStride, product.N))
            .Long(product.AStride).Long(UnitStride(product)).Long(product.CStride);
        launch = isOne ? launch : launch.Int(product.M);
        launch.Int(product.N).Int(product.K).Int(Options(product)).Run();
    }

    /// <summary>What alignment allows; the kernels trust it.</summary>
    private static int Options(in DeviceProduct product)
    {
        var b = product.Format == DType.Float32 ? 4 : 8;
        var aligned = product.A % 16 == 0 && product.AStride % 4 == 0 && product.Batch.AInner % 4 == 0 && product.Batch.AOuter % 4 == 0 ? GemmOptions.AlignedA : 0;
        aligned |= product.B % 16 == 0 && product.BStride % b == 0 && product.Batch.BInner % b == 0 && product.Batch.BOuter % b == 0 ? GemmOptions.AlignedB : 0;
        aligned |= product.C % 16 == 0 && product.CStride % 4 == 0 && product.Batch.CInner % 4 == 0 && product.Batch.COuter % 4 == 0 ? GemmOptions.AlignedC : 0;
        return aligned | (product.Accumulate ? GemmOptions.Accumulate : 0);
    }

    private static long Extent(long rows, long stride, long width) => rows == 0 || width == 0 ? 0 : ((rows - 1) * stride) + width;

    /// <summary>Block types are read in words: 32 bits where a block is whole ones and begins at 16 bytes, else 16 bits.</summary>
    private static int UnitBytes(DType format) => format is DType.Q4_K or DType.Q5_K or DType.Float32 ? 4 : 2;

    private static long UnitStride(in DeviceProduct product)
        => product.Format.IsBlockQuantized() ? product.Format.Bytes(product.K) / UnitBytes(product.Format) : product.BStride;

    private static long WeightUnits(in DeviceProduct product)
    {
        if (!product.Format.IsBlockQuantized())
        {
            return Extent(product.ByColumns ? product.K : product.N, product.BStride, product.ByColumns ? product.N : product.K);
        }

        if (product.B % 16 != 0)
        {
            throw new ArgumentException($"a {product.Format.Name()} weight begins at {product.B:x} on the device; kernels read it 16 bytes at a time", nameof(product));
        }

        return product.N * UnitStride(product);
    }

    /// <summary>Names of kernels, made once.</summary>
    private sealed class Names(string kernel)
    {
        private readonly System.Collections.Concurrent.ConcurrentDictionary<(string Form, DType Format), string> _names = new();

        public string Of(string form, DType format)
            => _names.TryGetValue((form, format), out var name) ? name : _names.GetOrAdd((form, format), $"{kernel}.{(form.Length == 0 ? "" : form + ".")}{format.Name()}");
    }
}
