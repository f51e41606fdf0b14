using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Bench;

/// <summary>
/// Operators that do little with each element, on tensors that no cache holds, against the read sweep. Bytes are those of inputs and outputs once; a store also
/// reads the line that it writes to, so an operator that writes as much as it reads can reach about two thirds of the sweep.
/// </summary>
internal sealed class PointwiseSuite : IBenchSuite
{
    private const int Tokens = 16384;
    private const int Hidden = 2048;

    /// <inheritdoc/>
    public string Name => "pointwise";

    /// <inheritdoc/>
    public void Run(BenchContext context)
    {
        foreach (var threads in context.Options.Threads)
        {
            var device = context.Device(threads);
            Measure(context, threads, "rmsnorm", $"{Tokens} x {Hidden}", 2, () =>
            {
                var x = TestTensors.Random(device, 1, Tokens, Hidden);
                var weight = TestTensors.Random(device, 1, Hidden);
                var y = TestTensors.Output(device, Tokens, Hidden);
                return ([x, weight, y], () => RmsNorm.Forward(x, weight, 1, 1e-6, y));
            });
            Measure(context, threads, "add", $"{Tokens} x {Hidden}", 3, () =>
            {
                var left = TestTensors.Random(device, 1, Tokens, Hidden);
                var right = TestTensors.Random(device, 1, Tokens, Hidden);
                var y = TestTensors.Output(device, Tokens, Hidden);
                return ([left, right, y], () => Add.Forward(left, right, y));
            });
            Measure(context, threads, "swiglu", $"{Tokens} x {2 * Hidden}", 3, () =>
            {
                var gateUp = TestTensors.Random(device, 1, Tokens, 2 * Hidden);
                var y = TestTensors.Output(device, Tokens, Hidden);
                return ([gateUp, y], () => SwiGlu.Forward(gateUp, y));
            });
            Measure(context, threads, "rope", $"{Tokens} x 16 x 128", 2, () =>
            {
                var x = TestTensors.Random(device, 1, Tokens, 16, 128);
                var y = TestTensors.Output(device, Tokens, 16, 128);
                long[] positions = [.. Enumerable.Range(0, Tokens).Select(i => (long)i)];
                return ([x, y], () => RotaryEmbedding.Forward(x, positions, 10000, y));
            });
            Measure(context, threads, "conv1d", $"{Tokens} x {Hidden}, taps 4", 2, () =>
            {
                var x = TestTensors.Random(device, 1, Tokens, Hidden);
                var weight = TestTensors.Random(device, 1, Hidden, 1, 4);
                var y = TestTensors.Output(device, Tokens, Hidden);
                var offsets = SequenceOffsets.Single(Tokens);
                return ([x, weight, y], () => CausalConv1d.Forward(x, weight, offsets, [], y));
            });
            Measure(context, threads, "softmax", $"{Tokens * Hidden / 100_000} x 100000", 2, () =>
            {
                var x = TestTensors.Random(device, 5, Tokens * Hidden / 100_000, 100_000);
                var y = TestTensors.Output(device, Tokens * Hidden / 100_000, 100_000);
                return ([x, y], () => Softmax.Forward(x, y));
            });
        }
    }

    /// <summary>Measures an operator whose inputs and outputs are some multiple of Tokens · Hidden elements.</summary>
    private static void Measure(BenchContext context, int threads, string name, string shape, int tensors, Func<(Tensor[] Owned, Action Run)> prepare)
    {
        if (!context.Wants(name))
        {
            return;
        }

        var (owned, run) = prepare();
        context.Measure(new BenchCase
        {
            Name = name,
            Shape = shape,
            DType = "f32",
            Threads = threads,
            Unit = "GB/s",
            Candidate = Contender.Bytes("ours", 4.0 * tensors * Tokens * Hidden, run),
            Limit = context.Bandwidth.ForThreads(threads),
        });
        foreach (var tensor in owned)
        {
            tensor.Dispose();
        }
    }
}
