using System.Globalization;
using PlamoNative.Engine;

namespace PlamoNative.Bench.Gpu;

/// <summary>
/// What the device does, beside what it can do: the ceilings are measured in the same process, memory by a large copy (bytes read plus written), arithmetic by the
/// best of our own matrix products. A share of a ceiling survives another clock; a plain rate does not.
/// </summary>
internal static class GpuBench
{
    internal static int Run(GpuOptions options)
    {
        using var device = options.OpenGpu();
        using var timer = new EventTimer(device, options.Repeats);
        var environment = BenchEnvironment.Current with { Device = string.Create(CultureInfo.InvariantCulture, $"{device.Info.Name}, driver {device.Info.DriverVersion / 1000}.{device.Info.DriverVersion % 1000 / 10}") };
        Console.Error.WriteLine(environment.Describe());
        var results = new List<BenchResult>();
        var ceilings = new GpuCeilings(device, timer, options.IsQuick);
        results.AddRange(ceilings.Results);
        foreach (var line in GpuBenchLines.All(options.IsQuick).Where(line => line.Title.Contains(options.Filter, StringComparison.OrdinalIgnoreCase)))
        {
            Console.Error.WriteLine(line.Title);
            try
            {
                results.Add(Measure(line, device, timer, ceilings, options.Repeats));
            }
            catch (DeviceMemoryException exception)
            {
                // A smaller card has no room for this line; the others are still worth having.
                Console.Error.WriteLine($"left out: {exception.Message}");
                device.Trim();
            }
            finally
            {
                Keep(options.Json, new BenchReport(environment, results));
            }
        }

        var report = new BenchReport(environment, results);
        Keep(options.Json, report);

        Console.Out.WriteLine(MarkdownTable.Write(report));
        return 0;
    }

    // After every line: what was measured before a driver's error is not lost.
    private static void Keep(string? path, BenchReport report)
    {
        if (path is null)
        {
            return;
        }

        var partial = path + ".partial";
        using (var file = File.Create(partial))
        {
            report.WriteTo(file);
        }

        File.Move(partial, path, overwrite: true);
    }

    private static BenchResult Measure(GpuBenchLine line, CudaDevice device, EventTimer timer, GpuCeilings ceilings, int repeats)
    {
        double[] seconds;
        using (var work = line.Prepare(device))
        {
            seconds = timer.Measure(work.Run);
        }

        device.Trim();
        var median = Statistics.Median(seconds);
        var isMemory = line.Bound == GpuBound.Memory;
        var limit = isMemory ? ceilings.BytesPerSecond : ceilings.FlopsPerSecond;
        var rate = line.Work / median;
        return new BenchResult
        {
            Name = line.Name,
            Shape = line.Shape,
            DType = line.DType,
            Threads = 1,
            MedianMilliseconds = 1e3 * median,
            Spread = Statistics.Spread(seconds),
            Value = line.Unit == "tokens/s" ? line.Items / median : rate * (isMemory ? 1e-9 : 1e-12),
            Unit = line.Unit,
            Limit = isMemory ? "device copy, GB/s" : "best matmul, TFLOP/s",
            LimitValue = limit * (isMemory ? 1e-9 : 1e-12),
            PercentOfLimit = 100 * rate / limit,
            Rounds = repeats,
            Note = Statistics.Spread(seconds) > 0.1 ? "unsteady" : null,
        };
    }
}
