using PlamoNative.Engine;
using PlamoNative.Tests;
using PlamoNative.Tests.Emulation;
using Xunit;

namespace PlamoNative.Kernels.Tests.Gpu;

/// <summary>One emulated GPU for all tests of the collection, which run one after another, and what they ask of an operator: to be on it what it is on the processor.</summary>
public sealed class GpuTwin : IDisposable
{
    private readonly EmulatedDevice _emulated = new();

    /// <summary>Runs an operator on a device with inputs of a type, and reads what it wrote.</summary>
    internal delegate double[][] Operator(Device device, DType dtype);

    /// <summary>The device.</summary>
    internal Device Device => _emulated.Device;

    /// <summary>Names of the kernels that ran.</summary>
    internal IReadOnlyCollection<string> Launched => _emulated.Launched;

    public void Dispose() => _emulated.Dispose();

    /// <summary>Asserts that float32 results have the processor's bits.</summary>
    internal void AssertSameBits(string name, Operator run)
    {
        using var processor = new CpuDevice(1);
        var expected = run(processor, DType.Float32);
        var actual = run(Device, DType.Float32);
        for (var i = 0; i < expected.Length; i++)
        {
            OperatorHarness.AssertSameBits($"{name}, result {i}", expected[i], actual[i]);
        }
    }

    /// <summary>Asserts that float32 results are as near to the float64 ones as a plain float32 computation's, by <see cref="Tolerance"/>, and the same twice.</summary>
    internal void AssertNear(string name, double[][] reference, double[][] plain, Operator run, double factor)
    {
        var actual = run(Device, DType.Float32);
        var again = run(Device, DType.Float32);
        for (var i = 0; i < reference.Length; i++)
        {
            Tolerance.AssertSingle($"{name}, result {i}", reference[i], plain[i], actual[i], factor);
            OperatorHarness.AssertSameBits($"{name}, result {i}, again", actual[i], again[i]);
        }
    }
}

/// <summary>The collection of tests that share the device.</summary>
[CollectionDefinition(Name)]
public sealed class GpuTests : ICollectionFixture<GpuTwin>
{
    /// <summary>Its name.</summary>
    public const string Name = "emulated GPU, rows";
}
