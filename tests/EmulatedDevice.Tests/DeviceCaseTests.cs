using PlamoNative.Engine;
using PlamoNative.Tests.Cases.Devices;
using Xunit;

namespace PlamoNative.Tests.Emulation;

/// <summary>Every small case of every operator, on the kernels that ship, executed by the emulator with all its checks.</summary>
public sealed class DeviceCaseTests
{
    public static TheoryData<string> Operators => [.. DeviceCases.Operators];

    [Theory]
    [MemberData(nameof(Operators))]
    public void The_kernels_give_what_float64_gives(string name)
    {
        using var emulated = new EmulatedDevice();
        using var processor = new CpuDevice(threadCount: 1);
        var failures = new List<string>();
        foreach (var one in DeviceCases.All.Where(one => one.Operator == name && one.IsSmall))
        {
            try
            {
                var verdict = one.Judge(emulated.Device, processor);
                if (!verdict.Passed)
                {
                    failures.Add($"{one}: {verdict.Detail}");
                }
            }
            catch (Exception exception)
            {
                failures.Add($"{one}: {exception.GetType().Name}: {exception.Message}");
            }
        }

        Assert.True(failures.Count == 0, string.Join(Environment.NewLine, failures));
        Assert.True(emulated.Launches > 0, "no kernel ran");
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
