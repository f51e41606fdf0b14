using PlamoNative.Engine;
using PlamoNative.Tests.Cases.Devices;

namespace PlamoNative.Tests.Emulation;

/// <summary>The small cases of each operator on the emulated sm_80, run once for all tests that ask.</summary>
public sealed class DeviceCaseRuns
{
    private readonly Dictionary<string, Result> _results = new(StringComparer.Ordinal);

    /// <summary>What became of an operator's small cases.</summary>
    /// <param name="Failures">A line for each case that failed.</param>
    /// <param name="Launched">Entries of the kernels that ran.</param>
    public sealed record Result(IReadOnlyList<string> Failures, IReadOnlyCollection<string> Launched);

    /// <summary>Runs an operator's cases, if nobody has.</summary>
    public Result Of(string name)
    {
        if (!_results.TryGetValue(name, out var result))
        {
            _results.Add(name, result = Run(name));
        }

        return result;
    }

    private static Result Run(string name)
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

        return new Result(failures, [.. emulated.Launched]);
    }
}
