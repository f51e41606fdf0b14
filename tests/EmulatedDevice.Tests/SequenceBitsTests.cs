using PlamoNative.Engine;
using PlamoNative.Kernels;
using Xunit;

namespace PlamoNative.Tests.Emulation;

/// <summary>Attention and the scan: a sequence has the same bits alone, in a batch, and again.</summary>
public sealed class SequenceBitsTests
{
    private const int QueryHeads = 4;
    private const int KeyValueHeads = 2;
    private const int HeadSize = 20;
    private const int StateSize = 12;

    private static readonly int[] Offsets = [0, 1, 40, 40, 43, 130];

    [Fact]
    public void A_sequence_in_a_batch_has_the_bits_that_it_has_alone()
    {
        using var emulated = new EmulatedDevice(checks: false);
        var whole = Run(emulated.Device, 0, Offsets);
        foreach (var (first, again) in whole.Zip(Run(emulated.Device, 0, Offsets)))
        {
            Assert.Equal(first.Values, again.Values);
        }

        for (var s = 0; s + 1 < Offsets.Length; s++)
        {
            var alone = Run(emulated.Device, Offsets[s], [0, Offsets[s + 1] - Offsets[s]]);
            foreach (var ((name, width, values), own) in whole.Zip(alone))
            {
                Assert.True(values.AsSpan(Offsets[s] * width, own.Values.Length).SequenceEqual(own.Values), $"{name} of sequence {s}");
            }
        }
    }

    private static (string Name, int Width, float[] Values)[] Run(CudaDevice device, int begin, int[] offsets)
    {
        using var scope = new TensorScope(device);
        var (tokens, borders, seed) = (offsets[^1], new SequenceOffsets(offsets), 0);
        Tensor Input(params long[] sizes)
        {
            // All tokens are drawn, so that a part has the whole's numbers.
            var width = (int)sizes.Aggregate(1L, static (product, size) => product * size);
            var random = new Random(++seed);
            var values = Enumerable.Range(0, Offsets[^1] * width).Select(_ => (float)((2 * random.NextDouble()) - 1)).ToArray();
            var tensor = scope.Allocate(new Shape([tokens, .. sizes]), DType.Float32);
            tensor.CopyFrom<float>(values.AsSpan(begin * width, tokens * width));
            return tensor;
        }

        Tensor New(params long[] sizes) => scope.Allocate(new Shape(sizes), DType.Float32);
        Tensor Head(float factor)
        {
            var tensor = New(QueryHeads);
            tensor.CopyFrom<float>(Enumerable.Range(1, QueryHeads).Select(head => factor * head).ToArray());
            return tensor;
        }

        var (q, k, v, g) = (Input(QueryHeads, HeadSize), Input(KeyValueHeads, HeadSize), Input(KeyValueHeads, HeadSize), Input(QueryHeads, HeadSize));
        var (output, logSumExp, dq) = (New(tokens, QueryHeads, HeadSize), New(tokens, QueryHeads), New(tokens, QueryHeads, HeadSize));
        var (dk, dv) = (New(tokens, KeyValueHeads, HeadSize), New(tokens, KeyValueHeads, HeadSize));
        FlashAttention.Forward(q, k, v, borders, 30, [], output, logSumExp);
        FlashAttentionBackward.Run(q, k, v, output, logSumExp, g, borders, 30, dq, dk, dv);

        var (x, z, dt, b, c) = (Input(QueryHeads, HeadSize), Input(QueryHeads, HeadSize), Input(QueryHeads), Input(StateSize), Input(StateSize));
        var (bias, aLog, d, y) = (Head(0.1f), Head(0.5f), Head(0.3f), New(tokens, QueryHeads, HeadSize));
        SelectiveScan.Forward(x, z, dt, bias, aLog, b, c, d, borders, 64, [], y);
        var gradients = new SelectiveScanGradients
        {
            X = New(tokens, QueryHeads, HeadSize),
            Z = New(tokens, QueryHeads, HeadSize),
            Dt = New(tokens, QueryHeads),
            DtBias = New(QueryHeads),
            ALog = New(QueryHeads),
            B = New(tokens, StateSize),
            C = New(tokens, StateSize),
            D = New(QueryHeads),
        };
        SelectiveScanBackward.Run(x, z, dt, bias, aLog, b, c, d, borders, 64, null, g, null, gradients);
        return
        [
            Read("output", output), Read("logSumExp", logSumExp), Read("dq", dq), Read("dk", dk), Read("dv", dv), Read("y", y), Read("dx", gradients.X),
            Read("dz", gradients.Z), Read("ddt", gradients.Dt), Read("dB", gradients.B), Read("dC", gradients.C),
        ];
    }

    private static (string Name, int Width, float[] Values) Read(string name, Tensor tensor)
    {
        var values = new float[tensor.ElementCount];
        tensor.CopyTo<float>(values);
        return (name, tensor.Shape[0] == 0 ? 0 : values.Length / (int)tensor.Shape[0], values);
    }
}
