using PlamoNative.Engine;
using Xunit;

namespace PlamoNative.Kernels.Tests;

/// <summary>Nothing but the inputs decides the bits: not threads, not vectors, not the other sequences. And nothing is allocated.</summary>
[Collection(nameof(SimdWidth))]
public sealed class SelectiveScanBitsTests
{
    private static readonly ScanCase Ragged = new([0, 1, 70, 70, 75, 150], 3, 20, 19, dtHighest: 12);

    [Fact]
    public void Every_vector_width_gives_the_same_bits()
    {
        using var device = new CpuDevice(2);
        var (expected, expectedStates) = Run(device, Ragged);
        try
        {
            foreach (var width in new[] { 16, 8, 4, 1 })
            {
                SimdWidth.Forced = width;
                var (output, states) = Run(device, Ragged);
                TestTensors.SameBits($"output, width {width}", expected, output);
                TestTensors.SameBits($"states, width {width}", expectedStates, states);
            }
        }
        finally
        {
            SimdWidth.Forced = 0;
        }
    }

    [Fact]
    public void The_bits_are_those_of_every_machine()
    {
        // Made with AVX-512; a process with other instruction sets must come to the same.
        using var device = new CpuDevice(2);
        var (output, states) = Run(device, Ragged);
        Assert.Equal("935c5b1097d87815", TestTensors.Fingerprint(output, states));
    }

    [Fact]
    public void Every_thread_count_gives_the_same_bits()
    {
        using var one = new CpuDevice(1);
        var (expected, expectedStates) = Run(one, Ragged);
        foreach (var threads in new[] { 2, 3 })
        {
            using var device = new CpuDevice(threads);
            var (output, states) = Run(device, Ragged);
            TestTensors.SameBits($"output, {threads} threads", expected, output);
            TestTensors.SameBits($"states, {threads} threads", expectedStates, states);
        }
    }

    [Fact]
    public void A_sequence_in_a_batch_has_the_bits_that_it_has_alone()
    {
        using var device = new CpuDevice(2);
        var (output, states) = Run(device, Ragged);
        var width = Ragged.Inputs.Heads * Ragged.Inputs.HeadSize;
        for (var s = 0; s + 1 < Ragged.Offsets.Length; s++)
        {
            var (begin, end) = (Ragged.Offsets[s], Ragged.Offsets[s + 1]);
            var (alone, state) = Run(device, Ragged.Cut(begin, end));
            TestTensors.SameBits($"sequence {s}", output.AsSpan()[(begin * width)..(end * width)], alone);
            TestTensors.SameBits($"state {s}", states.AsSpan(s * Ragged.StateElements, Ragged.StateElements), state);
        }
    }

    [Fact]
    public void At_steady_state_nothing_is_allocated()
    {
        using var device = new CpuDevice(2);
        using var scope = new TensorScope(device);
        var random = new Random(2);
        Tensor New(params long[] sizes) => TestTensors.Create(scope, DType.Float32, new Shape(sizes), AttentionCase.Draw(random, (int)new Shape(sizes).ElementCount, 1));
        var (x, dt, head, b, output) = (New(75, 2, 16), New(75, 2), New(2), New(75, 16), New(75, 2, 16));
        var offsets = new SequenceOffsets(0, 1, 75);
        SsmState[] states = [new(device, 2, 16, 16, DType.Float32), new(device, 2, 16, 16, DType.Float32)];
        void Turn()
        {
            for (var i = 0; i < 20; i++)
            {
                SelectiveScan.Forward(x, x, dt, head, head, b, b, head, offsets, 256, states, output);
                SelectiveScan.Forward(x, x, dt, head, head, b, b, head, offsets, 256, [], output);
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
        states[0].Dispose();
        states[1].Dispose();
    }

    private static (double[] Output, double[] States) Run(CpuDevice device, ScanCase inputs)
    {
        var states = inputs.States(device, DType.Float32);
        foreach (var state in states)
        {
            // The same entering state for every sequence: it must not depend on where a sequence stands.
            TestTensors.Fill(state.Values, 0, AttentionCase.Draw(new Random(5), inputs.StateElements, 1));
        }

        var output = inputs.Run(device, DType.Float32, states);
        var finals = states.SelectMany(state => TestTensors.Read(state.Values)).ToArray();
        foreach (var state in states)
        {
            state.Dispose();
        }

        return (output, finals);
    }
}
