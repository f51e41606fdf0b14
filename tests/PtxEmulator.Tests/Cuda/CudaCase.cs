namespace PlamoNative.PtxEmulator.Tests.Cuda;

/// <summary>A kernel that another compiler made, a launch of it, and the check of what it left. Fresh for every run, since buffers are written.</summary>
/// <param name="File">The PTX below the folder Cuda.</param>
/// <param name="Kernel">The entry.</param>
/// <param name="Grid">Blocks.</param>
/// <param name="Block">Threads of a block.</param>
/// <param name="DynamicSharedBytes">Dynamic shared memory of a block.</param>
/// <param name="Arguments">In order.</param>
/// <param name="Check">Compares the buffers with what C# computes.</param>
internal sealed record CudaCase(string File, string Kernel, Extent Grid, Extent Block, int DynamicSharedBytes, IReadOnlyList<CudaArgument> Arguments, Action Check)
{
    /// <summary>Every case by its kernel's name.</summary>
    internal static readonly IReadOnlyDictionary<string, Func<CudaCase>> All = new Dictionary<string, Func<CudaCase>>(StringComparer.Ordinal)
    {
        ["blockReduce"] = ReductionCases.BlockReduce,
        ["lookBackScan"] = ReductionCases.LookBackScan,
        ["exclusiveScan"] = ReductionCases.ExclusiveScan,
        ["softmax"] = ReductionCases.Softmax,
        ["tiledMatMul"] = MatMulCases.Tiled,
        ["mmaMatMul"] = MatMulCases.TensorCore,
        ["wgmmaMatMul"] = MatMulCases.Warpgroup,
        ["narrowMatMul"] = MatMulCases.Narrow,
        ["asyncStencil"] = AsyncCases.Stencil,
        ["tensorTranspose"] = AsyncCases.TensorTranspose,
        ["bulkAdd"] = AsyncCases.BulkAdd,
        ["producersConsumers"] = AsyncCases.ProducersConsumers,
        ["clusterHistogram"] = AtomicCases.ClusterHistogram,
        ["atomics"] = AtomicCases.Atomics,
        ["warpVotes"] = AtomicCases.WarpVotes,
        ["indirectCalls"] = ScalarCases.IndirectCalls,
        ["stackMachine"] = ScalarCases.StackMachine,
        ["philox"] = ScalarCases.Philox,
        ["wideArithmetic"] = ScalarCases.WideArithmetic,
        ["packedHalf"] = PackedCases.Half,
        ["packedBrain"] = PackedCases.Brain,
        ["masked_scale_add"] = TritonStyleCases.MaskedScaleAdd,
        ["row_norm"] = TritonStyleCases.RowNorm,
    };

    /// <summary>A sequence of numbers that is the same everywhere.</summary>
    internal static Random Seeded(int seed) => new(seed);

    /// <summary>An array made by index.</summary>
    internal static T[] Make<T>(int count, Func<int, T> element) => [.. Enumerable.Range(0, count).Select(element)];

    /// <summary>The bf16 bits of a float whose low half is zero, or rounded to nearest even.</summary>
    internal static ushort Brain(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return (ushort)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
    }

    /// <summary>The value of bf16 bits.</summary>
    internal static float Widen(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);
}
