using PlamoNative.Tests.Cases.Devices;
using Xunit;

namespace PlamoNative.Tests.Emulation;

/// <summary>The small cases on an architecture whose texts are compiled apart from those of sm_80.</summary>
/// <param name="runs">Runs them.</param>
/// <param name="major">Of the compute capability.</param>
/// <param name="minor">Of the compute capability.</param>
public abstract class OtherArchitectureTests(DeviceCaseRuns runs, int major, int minor)
{
    public static TheoryData<string> Operators => [.. DeviceCases.Operators];

    [Theory]
    [MemberData(nameof(Operators))]
    public void The_kernels_give_what_float64_gives(string name)
    {
        var result = runs.Of(name, major, minor);
        Assert.True(result.Failures.Count == 0, string.Join(Environment.NewLine, result.Failures));
        Assert.True(result.Launched.Count > 0, "no kernel ran");
    }
}

/// <summary>Turing: no cp.async, no bf16 on tensor cores, 64 KiB of shared memory.</summary>
public sealed class Sm75Tests(DeviceCaseRuns runs) : OtherArchitectureTests(runs, 7, 5), IClassFixture<DeviceCaseRuns>;

/// <summary>Hopper, whose tensor cores add sixteen products at once.</summary>
public sealed class Sm90Tests(DeviceCaseRuns runs) : OtherArchitectureTests(runs, 9, 0), IClassFixture<DeviceCaseRuns>;
