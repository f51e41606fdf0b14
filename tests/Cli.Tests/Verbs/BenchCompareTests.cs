using Xunit;

namespace PlamoNative.Cli.Tests.Verbs;

public sealed class BenchCompareTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("plamo-bench-").FullName;

    [Fact]
    public void Two_reports_are_set_side_by_side()
    {
        var (before, after) = (Report("before.json", "NVIDIA A, driver 12.4", 100), Report("after.json", "NVIDIA B, driver 12.4", 150));
        var text = CommandRun.Of("bench", "compare", before, after).Succeeds().Output;
        Assert.Contains("two machines: device: NVIDIA A", text, StringComparison.Ordinal);
        Assert.Contains("| linear | 4096 x 4096 x 4096 | f32 | 1 | 100 TFLOP/s | 150 TFLOP/s | +50.0 % | 80.0 | 80.0 |", text, StringComparison.Ordinal);
        var results = CommandRun.Of("bench", "compare", before, after, "--json").Succeeds().Json.GetProperty("results");
        Assert.Equal(1.5, Assert.Single(results.EnumerateArray().ToArray()).GetProperty("ratio").GetDouble());
    }

    [Fact]
    public void What_is_no_report_is_refused_by_name()
    {
        var report = Report("a.json", "cpu", 1);
        var other = Path.Combine(_folder, "other.json");
        File.WriteAllText(other, """{"schema": "something"}""");
        CommandRun.Of("bench", "compare", report, other).RefusesWith("other.json", "schema");
        CommandRun.Of("bench", "compare", report).RefusesWith("B is missing");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Report(string name, string device, double value)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, $$"""
            {"schema": "plamo-bench/1", "device": "{{device}}", "cpu": "c", "instruction_set": "i", "processors": 2, "runtime": "r", "operating_system": "o", "revision": "v", "peer": null,
             "results": [{"name": "linear", "shape": "4096 x 4096 x 4096", "dtype": "f32", "threads": 1, "median_ms": 1, "spread": 0.01, "value": {{value}}, "unit": "TFLOP/s", "baseline": null,
              "baseline_value": null, "ratio": null, "limit": "l", "limit_value": 1, "percent_of_limit": 80, "target": null, "rounds": 5, "note": null}]}
            """);
        return path;
    }
}
