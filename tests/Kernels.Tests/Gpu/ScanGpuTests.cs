using PlamoNative.Engine;
using PlamoNative.Tests;
using Xunit;

namespace PlamoNative.Kernels.Tests.Gpu;

[Collection(GpuTests.Name)]
public sealed class ScanGpuTests(GpuTwin gpu)
{
    private const int Heads = 2, HeadSize = 4, StateSize = 3, Tokens = 6;

    private static readonly SequenceOffsets Offsets = new([0, Tokens]);

    [Fact]
    public void States_on_another_device_are_refused_before_their_addresses_reach_a_kernel()
    {
        using var processor = new CpuDevice(1);
        using var problem = new Problem(gpu.Device);
        using var state = new SsmState(processor, Heads, HeadSize, StateSize, DType.Float32);
        var output = problem.Some(Tokens, Heads, HeadSize);
        var error = Assert.Throws<ArgumentException>(() => SelectiveScan.Forward(
            problem.X, problem.X, problem.Dt, problem.OfHeads, problem.OfHeads, problem.Maps, problem.Maps, problem.OfHeads, Offsets, 4, [state], output));
        Assert.Contains("states", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Initial_states_on_another_device_are_refused_by_the_backward_pass()
    {
        using var processor = new CpuDevice(1);
        using var problem = new Problem(gpu.Device);
        using var states = Tensor.FromSpan<float>(processor, new Shape(1, Heads, HeadSize, StateSize), new float[Heads * HeadSize * StateSize]);
        var gradients = new SelectiveScanGradients
        {
            X = problem.Some(Tokens, Heads, HeadSize), Z = problem.Some(Tokens, Heads, HeadSize), Dt = problem.Some(Tokens, Heads), DtBias = problem.Some(Heads),
            ALog = problem.Some(Heads), B = problem.Some(Tokens, StateSize), C = problem.Some(Tokens, StateSize), D = problem.Some(Heads),
        };
        var error = Assert.Throws<ArgumentException>(() => SelectiveScanBackward.Run(
            problem.X, problem.X, problem.Dt, problem.OfHeads, problem.OfHeads, problem.Maps, problem.Maps, problem.OfHeads, Offsets, 4, states, problem.X, null, gradients));
        Assert.Contains("initialStates", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Inputs on a device, of any values: nothing is computed.</summary>
    private sealed class Problem(Device device) : IDisposable
    {
        private readonly TensorScope _scope = new(device);

        public Tensor X => Some(Tokens, Heads, HeadSize);

        public Tensor Dt => Some(Tokens, Heads);

        public Tensor Maps => Some(Tokens, StateSize);

        public Tensor OfHeads => Some(Heads);

        public Tensor Some(params ReadOnlySpan<long> shape) => _scope.Allocate(new Shape(shape), DType.Float32);

        public void Dispose() => _scope.Dispose();
    }
}
