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
        new("an odd width", [0, 1, 30, 71], 6, 2, 33, 20, true),
        new("more than two panels", [0, 6, 11], 2, 1, 130, null, true),
        new("256 wide", [0, 13], 2, 2, 256, 4, true),
        new("more key heads than query heads", [0, 7], 2, 5, 8, null, true),
        new("32 heads of 4", [0, 11, 24], 32, 4, 32, 5, true),
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

            // Splits of 256 keys: several, a last one of one key; a ring that has wrapped; pieces of more tokens than the split form takes.
            yield return new("attention_pieces", "a long cache", true, run => Pieces(run, new("", [], 4, 1, 16, null, true), [511, 1, 3, 1, 1, 9, 0, 2]));
            yield return new("attention_pieces", "a ring that wraps", true, run => Pieces(run, new("", [], 3, 1, 24, 40, true), [70, 1, 3, 17, 1, 41, 2]));
            yield return new("attention_pieces", "a window over splits", true, run => Pieces(run, new("", [], 19, 1, 8, 300, true), [400, 1, 4]));
            yield return new("attention_pieces", "a long document", false, run => Pieces(run, new("", [], 16, 4, 128, null, false), [2000, 1, 1, 64, 1]));
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

    /// <summary>One sequence in pieces, through its cache.</summary>
    private static void Pieces(CaseRun run, Problem one, int[] pieces)
    {
        var cache = run.Own(new KvCache(run.Device, one.KeyValueHeads, one.HeadSize, one.Window, run.Type));
        for (var i = 0; i < pieces.Length; i++)
        {
            var (query, key, value) = Inputs(run, pieces[i], one);
            run.Keep($"piece {i}", run.Operators.Attention(query, key, value, SequenceOffsets.Single(pieces[i]), one.Window, [cache]));
        }
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
