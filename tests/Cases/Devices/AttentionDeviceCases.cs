using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Tests.Cases.Devices;

/// <summary>Attention: ragged prompts, windows, caches, decoding, gradients.</summary>
internal static class AttentionDeviceCases
{
    private sealed record Problem(string Name, int[] Offsets, int QueryHeads, int KeyValueHeads, int HeadSize, int? Window, bool IsSmall);

    private static readonly Problem[] Problems =
    [
        new("no tokens", [0], 2, 1, 8, null, true),
        new("one token", [0, 1], 1, 1, 1, null, true),
        new("primes", [0, 3, 3, 10], 6, 2, 14, null, true),
        new("a window", [0, 5, 29], 4, 2, 32, 6, true),
        new("a window of none", [0, 9], 2, 2, 16, 0, true),
        new("longer than a tile", [0, 70, 75], 2, 1, 32, null, true),
        new("wide heads", [0, 19], 2, 1, 128, 12, true),
        new("PLaMo 2 heads", [0, 300, 812], 16, 4, 128, 256, false),
        new("full attention of 1000", [0, 1000], 8, 2, 64, null, false),
    ];

    internal static IEnumerable<DeviceCase> All
    {
        get
        {
            foreach (var one in Problems)
            {
                yield return new("attention", one.Name, one.IsSmall, run => Forward(run, one));
                yield return new("attention_backward", one.Name, one.IsSmall, run => Backward(run, one));
                yield return new("attention_decode", one.Name, one.IsSmall, run => Decode(run, one));
            }
        }
    }

    private static (Tensor Query, Tensor Key, Tensor Value) Inputs(CaseRun run, int tokens, Problem one) => (
        run.Input(new Shape(tokens, one.QueryHeads, one.HeadSize), 2), run.Input(new Shape(tokens, one.KeyValueHeads, one.HeadSize), 2, 0, 4),
        run.Input(new Shape(tokens, one.KeyValueHeads, one.HeadSize)));

    private static void Forward(CaseRun run, Problem one)
    {
        var offsets = new SequenceOffsets(one.Offsets);
        var (query, key, value) = Inputs(run, offsets.TokenCount, one);
        var (output, log) = (run.Output(query.Shape), run.Output(new Shape(offsets.TokenCount, one.QueryHeads)));
        FlashAttention.Forward(query, key, value, offsets, one.Window, [], output, log);
        run.Keep("y", output);
        run.Keep("logsumexp", log);
    }

    private static void Backward(CaseRun run, Problem one)
    {
        var offsets = new SequenceOffsets(one.Offsets);
        var (query, key, value) = Inputs(run, offsets.TokenCount, one);
        var (output, log) = (run.Output(query.Shape), run.Output(new Shape(offsets.TokenCount, one.QueryHeads)));
        FlashAttention.Forward(query, key, value, offsets, one.Window, [], output, log);
        var (dq, dk, dv) = (run.Output(query.Shape), run.Output(key.Shape), run.Output(value.Shape));
        FlashAttentionBackward.Run(query, key, value, output, log, run.Input(query.Shape), offsets, one.Window, dq, dk, dv);
        run.Keep("dq", dq);
        run.Keep("dk", dk);
        run.Keep("dv", dv);
    }

    private static void Decode(CaseRun run, Problem one)
    {
        var offsets = new SequenceOffsets(one.Offsets);
        var caches = Enumerable.Range(0, offsets.Count).Select(_ => run.Own(new KvCache(run.Device, one.KeyValueHeads, one.HeadSize, one.Window, run.Type))).ToArray();
        var (query, key, value) = Inputs(run, offsets.TokenCount, one);
        run.Keep("prompt", run.Operators.Attention(query, key, value, offsets, one.Window, caches));
        for (var step = 0; step < 3; step++)
        {
            var single = SequenceOffsets.OneTokenEach(offsets.Count);
            (query, key, value) = Inputs(run, offsets.Count, one);
            run.Keep($"step {step}", run.Operators.Attention(query, key, value, single, one.Window, caches));
        }
    }
}
