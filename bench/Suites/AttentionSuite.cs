using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Bench;

/// <summary>
/// Attention of plamo-2-1b (16 query heads over one key-value head of 128) and of plamo-2-8b (32 over 4). Prefill counts 4 P FLOP for each query, head and
/// visible key, masked ones not at all, against the FMA peak; decode reads the caches of so many sequences that no cache of the processor holds them.
/// </summary>
internal sealed class AttentionSuite : IBenchSuite
{
    private const int HeadSize = 128;
    private const int Window = 2048;

    /// <inheritdoc/>
    public string Name => "attention";

    /// <inheritdoc/>
    public void Run(BenchContext context)
    {
        foreach (var threads in context.Options.Threads)
        {
            Prefill(context, threads, 512, 16, 1);
            Prefill(context, threads, 4096, 16, 1);
            Prefill(context, threads, 2048, 32, 4);
            Decode(context, threads, 64, 16, 1);
            Decode(context, threads, 16, 32, 4);
        }
    }

    private static void Prefill(BenchContext context, int threads, int tokens, int queryHeads, int keyValueHeads)
    {
        var name = $"attention-prefill-{tokens}";
        if (!context.Wants(name))
        {
            return;
        }

        var device = context.Device(threads);
        using var query = TestTensors.Random(device, 1, tokens, queryHeads, HeadSize);
        using var key = TestTensors.Random(device, 1, tokens, keyValueHeads, HeadSize);
        using var value = TestTensors.Random(device, 1, tokens, keyValueHeads, HeadSize);
        using var output = TestTensors.Output(device, tokens, queryHeads, HeadSize);
        var offsets = SequenceOffsets.Single(tokens);
        context.Measure(new BenchCase
        {
            Name = name,
            Shape = $"{tokens} tokens, {queryHeads}/{keyValueHeads} heads of {HeadSize}, window {Window}",
            DType = "f32",
            Threads = threads,
            Unit = "GFLOP/s",
            Candidate = Contender.Flops(
                "ours", 4.0 * HeadSize * queryHeads * VisiblePairs(tokens), () => FlashAttention.Forward(query, key, value, offsets, Window, [], output, null)),
            Limit = context.Peak.ForThreads(threads),
        });
    }

    private static void Decode(BenchContext context, int threads, int sequences, int queryHeads, int keyValueHeads)
    {
        var name = $"attention-decode-{queryHeads}-{keyValueHeads}";
        if (!context.Wants(name))
        {
            return;
        }

        var device = context.Device(threads);
        using var query = TestTensors.Random(device, 1, sequences, queryHeads, HeadSize);
        using var key = TestTensors.Random(device, 1, sequences, keyValueHeads, HeadSize);
        using var value = TestTensors.Random(device, 1, sequences, keyValueHeads, HeadSize);
        using var output = TestTensors.Output(device, sequences, queryHeads, HeadSize);
        using var fill = TestTensors.Random(device, 1, Window, keyValueHeads, HeadSize);
        var caches = new KvCache[sequences];
        for (var i = 0; i < sequences; i++)
        {
            caches[i] = new KvCache(device, keyValueHeads, HeadSize, Window, DType.Float32);
            caches[i].Append(fill, fill, 0, Window);
        }

        // The ring is full, so every further step reads W earlier tokens and writes one.
        var offsets = SequenceOffsets.OneTokenEach(sequences);
        context.Measure(new BenchCase
        {
            Name = name,
            Shape = $"{sequences} sequences, {queryHeads}/{keyValueHeads} heads of {HeadSize}, {Window} cached",
            DType = "f32",
            Threads = threads,
            Unit = "GB/s",
            Candidate = Contender.Bytes(
                "ours", 2.0 * 4 * sequences * keyValueHeads * HeadSize * Window, () => FlashAttention.Forward(query, key, value, offsets, Window, caches, output, null)),
            Limit = context.Bandwidth.ForThreads(threads),
        });
        foreach (var cache in caches)
        {
            cache.Dispose();
        }
    }

    /// <summary>Pairs of a query and a key that it sees: i - j from 0 to W.</summary>
    private static double VisiblePairs(int tokens) =>
        tokens <= Window + 1 ? 0.5 * tokens * (tokens + 1) : (0.5 * (Window + 1) * (Window + 2)) + ((double)(tokens - Window - 1) * (Window + 1));
}
