using PlamoNative.Engine;
using Xunit;

namespace PlamoNative.Kernels.Tests;

/// <summary>Nothing but the inputs decides the bits: not threads, not vectors, not the other sequences. And nothing is allocated.</summary>
[Collection(nameof(SimdWidth))]
public sealed class FlashAttentionBitsTests
{
    private static readonly AttentionCase Ragged = new([0, 1, 40, 40, 41, 150], 6, 2, 40, 30);
    private static readonly AttentionCase Full = new([0, 1, 105], 2, 1, 33, null);

    [Fact]
    public void Every_vector_width_gives_the_same_bits()
    {
        using var device = new CpuDevice(2);
        try
        {
            foreach (var inputs in new[] { Ragged, Full })
            {
                SimdWidth.Forced = 0;
                var expected = inputs.Run(device, DType.Float32);
                foreach (var width in new[] { 16, 8, 4, 1 })
                {
                    SimdWidth.Forced = width;
                    var actual = inputs.Run(device, DType.Float32);
                    TestTensors.SameBits($"output, width {width}", expected.Output, actual.Output);
                    TestTensors.SameBits($"logSumExp, width {width}", expected.LogSumExp, actual.LogSumExp);
                }
            }
        }
        finally
        {
            SimdWidth.Forced = 0;
        }
    }

    [Fact]
    public void Every_vector_width_gives_the_same_bits_in_the_decode_form()
    {
        using var device = new CpuDevice(2);
        foreach (var inputs in new AttentionCase[] { new([0, 520], 5, 2, 20, null), new([0, 131], 19, 1, 64, 100), new([0, 101], 6, 1, 32, 30), new([0, 50], 1, 1, 3, null) })
        {
            var expected = Decode(device, inputs, 0);
            foreach (var width in new[] { 16, 8, 4, 1 })
            {
                TestTensors.SameBits($"{inputs}, width {width}", expected, Decode(device, inputs, width));
            }
        }
    }

    [Fact]
    public void The_bits_are_those_of_every_machine()
    {
        // Made with AVX-512; a process with other instruction sets must come to the same.
        using var device = new CpuDevice(2);
        var (output, logSumExp) = Ragged.Run(device, DType.Float32);
        Assert.Equal("5ddab7f24e7d83c5", TestTensors.Fingerprint(output, logSumExp, Decode(device, new AttentionCase([0, 301], 5, 2, 20, null), 0)));
    }

    [Fact]
    public void Every_thread_count_gives_the_same_bits()
    {
        using var one = new CpuDevice(1);
        var expected = Ragged.Run(one, DType.Float32).Output;
        var long1 = new AttentionCase([0, 520], 1, 1, 20, null);
        var expectedDecode = Decode(one, long1, 0);
        foreach (var threads in new[] { 2, 3 })
        {
            using var device = new CpuDevice(threads);
            TestTensors.SameBits($"{threads} threads", expected, Ragged.Run(device, DType.Float32).Output);
            TestTensors.SameBits($"decode, {threads} threads", expectedDecode, Decode(device, long1, 0));
        }
    }

    [Fact]
    public void A_sequence_in_a_batch_has_the_bits_that_it_has_alone()
    {
        using var device = new CpuDevice(2);
        foreach (var inputs in new[] { Ragged, Full })
        {
            var (output, logSumExp) = inputs.Run(device, DType.Float32);
            for (var s = 0; s + 1 < inputs.Offsets.Length; s++)
            {
                var alone = inputs.Alone(s).Run(device, DType.Float32);
                var (begin, end) = (inputs.Offsets[s] * inputs.QueryHeads, inputs.Offsets[s + 1] * inputs.QueryHeads);
                TestTensors.SameBits($"output of sequence {s}", output.AsSpan()[(begin * inputs.HeadSize)..(end * inputs.HeadSize)], alone.Output);
                TestTensors.SameBits($"logSumExp of sequence {s}", logSumExp.AsSpan()[begin..end], alone.LogSumExp);
            }
        }
    }

    [Fact]
    public void A_decoded_batch_has_the_bits_of_each_sequence_alone()
    {
        using var device = new CpuDevice(2);
        int[] lengths = [1, 300, 7, 520];
        var inputs = lengths.Select((length, i) => new AttentionCase([0, length], 4, 1, 16, null, seed: i)).ToArray();
        var caches = inputs.Select(one => Prefilled(device, one)).ToArray();
        using var scope = new TensorScope(device);
        var q = TestTensors.Create(scope, DType.Float32, new Shape(4, 4, 16), inputs.SelectMany(one => one.Q[^64..]).ToArray());
        var k = TestTensors.Create(scope, DType.Float32, new Shape(4, 1, 16), inputs.SelectMany(one => one.K[^16..]).ToArray());
        var v = TestTensors.Create(scope, DType.Float32, new Shape(4, 1, 16), inputs.SelectMany(one => one.V[^16..]).ToArray());
        var output = scope.Allocate(q.Shape, DType.Float32);
        FlashAttention.Forward(q, k, v, new SequenceOffsets(0, 1, 2, 3, 4), null, caches, output, null);
        for (var i = 0; i < inputs.Length; i++)
        {
            TestTensors.SameBits($"sequence {i}", Decode(device, inputs[i], 0), TestTensors.Read(output).AsSpan(i * 64, 64));
            Assert.Equal(lengths[i], caches[i].Position);
            caches[i].Dispose();
        }
    }

    [Fact]
    public void At_steady_state_nothing_is_allocated()
    {
        using var device = new CpuDevice(2);
        using var scope = new TensorScope(device);
        var q = TestTensors.Create(scope, DType.Float32, new Shape(40, 4, 16), AttentionCase.Draw(new Random(3), 40 * 64, 1));
        var output = scope.Allocate(q.Shape, DType.Float32);
        var one = q.Narrow(0, 0, 1);
        var oneOutput = output.Narrow(0, 0, 1);
        using var cache = new KvCache(device, 4, 16, 300, DType.Float32);
        KvCache[] caches = [cache];
        var offsets = new SequenceOffsets(0, 7, 40);
        var single = new SequenceOffsets(0, 1);
        void Turn()
        {
            for (var i = 0; i < 20; i++)
            {
                FlashAttention.Forward(q, q, q, offsets, 9, [], output, null);
                FlashAttention.Forward(one, one, one, single, 300, caches, oneOutput, null);
            }
        }

        for (var i = 0; i < 30; i++)
        {
            Turn();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        var system = device.Memory.SystemAllocations;
        Turn();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal(system, device.Memory.SystemAllocations);
    }

    private static KvCache Prefilled(CpuDevice device, AttentionCase inputs)
    {
        var cache = new KvCache(device, inputs.KeyValueHeads, inputs.HeadSize, inputs.Window, DType.Float32);
        inputs.Run(device, DType.Float32, [cache], 0, inputs.Tokens - 1);
        return cache;
    }

    private static double[] Decode(CpuDevice device, AttentionCase inputs, int width)
    {
        using var cache = Prefilled(device, inputs);
        SimdWidth.Forced = width;
        try
        {
            return inputs.Run(device, DType.Float32, [cache], inputs.Tokens - 1, 1).Output;
        }
        finally
        {
            SimdWidth.Forced = 0;
        }
    }
}

/// <summary>Tests that force the width of vectors, which is the process's: they run alone.</summary>
[CollectionDefinition(nameof(SimdWidth), DisableParallelization = true)]
public sealed class SimdWidthCollection;
