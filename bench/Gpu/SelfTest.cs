using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using PlamoNative.Engine;
using PlamoNative.Tests.Cases.Devices;

namespace PlamoNative.Bench.Gpu;

/// <summary>Every operator case on the device, judged against the processor in float64.</summary>
internal static class SelfTest
{
    private sealed record Line(string Operator, string Name, bool Passed, double Ratio, double Seconds, string Detail);

    internal static int Run(GpuOptions options)
    {
        using var device = options.Open();
        using var processor = new CpuDevice();
        Console.Out.WriteLine($"device: {device.Name} ({device.Description})");
        Console.Out.WriteLine("| operator | cases | failed | worst error / bound | seconds |");
        Console.Out.WriteLine("|---|---|---|---|---|");
        var lines = new List<Line>();
        string? lost = null;
        foreach (var group in DeviceCases.All.Where(one => Matches(one, options)).GroupBy(static one => one.Operator))
        {
            Line[] results;
            try
            {
                results = [.. group.Select(one => Judge(one, device, processor))];
            }
            catch (CudaException exception)
            {
                lost = $"{group.Key}: {exception.Message}";
                break;
            }

            lines.AddRange(results);
            Console.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {group.Key} | {results.Length} | {results.Count(static r => !r.Passed)} | {results.Max(static r => r.Ratio):F3} | {results.Sum(static r => r.Seconds):F2} |"));
            foreach (var failure in results.Where(static r => !r.Passed))
            {
                Console.Out.WriteLine($"  FAILED {failure.Operator}: {failure.Name}: {failure.Detail}");
            }
        }

        var failed = lines.Count(static line => !line.Passed);
        if (lost is not null)
        {
            Console.Out.WriteLine($"  FAILED {lost}: the device is lost to this process, the rest was not run");
            failed++;
        }

        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{lines.Count - failed + (lost is null ? 0 : 1)} passed, {failed} failed"));
        if (options.Json is { } path)
        {
            Write(path, device, lines);
        }

        return failed == 0 && lines.Count > 0 ? 0 : 1;
    }

    private static bool Matches(DeviceCase one, GpuOptions options) =>
        (one.IsSmall || !options.IsQuick) && one.ToString().Contains(options.Filter, StringComparison.OrdinalIgnoreCase);

    private static Line Judge(DeviceCase one, Device device, CpuDevice processor)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            var verdict = one.Judge(device, processor);
            return new Line(one.Operator, one.Name, verdict.Passed, verdict.WorstRatio, Seconds(), verdict.Detail);
        }
        catch (Exception exception) when (exception is not CudaException { IsSticky: true })
        {
            // Whatever one case throws is that case's failure; only a lost context ends the test.
            return new Line(one.Operator, one.Name, false, double.PositiveInfinity, Seconds(), exception.Message);
        }

        double Seconds() => Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static void Write(string path, Device device, List<Line> lines)
    {
        using var file = File.Create(path);
        using var writer = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true });
        writer.WriteStartObject();
        writer.WriteString("schema", "plamo-selftest/1");
        writer.WriteString("device", device.Description);
        writer.WriteNumber("failed", lines.Count(static line => !line.Passed));
        writer.WriteStartArray("cases");
        foreach (var line in lines)
        {
            writer.WriteStartObject();
            writer.WriteString("operator", line.Operator);
            writer.WriteString("case", line.Name);
            writer.WriteBoolean("passed", line.Passed);
            writer.WriteNumber("error_over_bound", double.IsFinite(line.Ratio) ? line.Ratio : 1e300);
            writer.WriteString("detail", line.Detail);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
