using PlamoNative.Engine;
using PlamoNative.Tests.Cases.Devices;

namespace PlamoNative.Tests.Emulation;

/// <summary>The small cases of each operator on an emulated device, run once for all tests of a class that ask.</summary>
public sealed class DeviceCaseRuns
{
    private readonly Dictionary<(string Name, int Major, int Minor), Result> _results = [];

    /// <summary>What became of an operator's small cases.</summary>
    /// <param name="Failures">A line for each case that failed.</param>
    /// <param name="Launched">Entries of the kernels that ran.</param>
    public sealed record Result(IReadOnlyList<string> Failures, IReadOnlyCollection<string> Launched);

    /// <summary>Runs an operator's cases, if nobody has.</summary>
    /// <param name="name">The operator.</param>
    /// <param name="major">Of the device's compute capability.</param>
    /// <param name="minor">Of the device's compute capability.</param>
    public Result Of(string name, int major = 8, int minor = 0)
    {
        if (!_results.TryGetValue((name, major, minor), out var result))
        {
            _results.Add((name, major, minor), result = Run(name, major, minor));
        }

        return result;
    }

    private static Result Run(string name, int major, int minor)
    {
        using var emulated = new EmulatedDevice(major, minor);
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

        return new Result(failures, [.. emulated.Launched]);
    }
}
