using PlamoNative.Engine;
using PlamoNative.Tests.Cases.Devices;
using Xunit;

namespace PlamoNative.Tests.Emulation;

/// <summary>Every small case of every operator, on the kernels that ship, executed by the emulator with all its checks.</summary>
public sealed class DeviceCaseTests(DeviceCaseRuns runs) : IClassFixture<DeviceCaseRuns>
{
    public static TheoryData<string> Operators => [.. DeviceCases.Operators];

    [Theory]
    [MemberData(nameof(Operators))]
    public void The_kernels_give_what_float64_gives(string name)
    {
        var result = runs.Of(name);
        Assert.True(result.Failures.Count == 0, string.Join(Environment.NewLine, result.Failures));
        Assert.True(result.Launched.Count > 0, "no kernel ran");
    }

    [Fact]
    public void Every_shipped_kernel_ran()
    {
        var launched = DeviceCases.Operators.SelectMany(name => runs.Of(name).Launched).ToHashSet(StringComparer.Ordinal);
        var missing = KernelLibrary.Default.Kernels.Where(static kernel => kernel.Architecture.RunsOn(8, 0)).Select(static kernel => kernel.Entry)
            .Distinct().Where(entry => !launched.Contains(entry)).Order(StringComparer.Ordinal).ToArray();
        Assert.True(missing.Length == 0, $"{missing.Length} kernels that ship for sm_80 are in no small case: {string.Join(", ", missing)}");
    }

    [Theory]
    [MemberData(nameof(Operators))]
    public void The_processors_own_kernels_pass_the_same_judgement(string name)
    {
        using var processor = new CpuDevice(threadCount: 1);
        Assert.All(DeviceCases.All.Where(one => one.Operator == name && one.IsSmall), one =>
        {
            var verdict = one.Judge(processor, processor);
            Assert.True(verdict.Passed, $"{one}: {verdict.Detail}");
        });
    }
}
