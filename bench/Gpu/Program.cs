using PlamoNative.Bench;
using PlamoNative.Bench.Gpu;
using PlamoNative.Engine;

try
{
    return args switch
    {
        ["selftest", .. var rest] => SelfTest.Run(GpuOptions.Parse(rest)),
        ["bench", .. var rest] => GpuBench.Run(GpuOptions.Parse(rest)),
        ["generate", .. var rest] => Smoke.Generate(GpuOptions.Parse(rest)),
        ["train", .. var rest] => Smoke.Train(GpuOptions.Parse(rest)),
        ["compare", var before, var after] => Print(ReportComparison.Write(BenchReport.Read(before), BenchReport.Read(after))),
        ["table", var report] => Print(MarkdownTable.Write(BenchReport.Read(report))),
        ["--help"] => Print(GpuOptions.Usage),
        _ => throw new ArgumentException(GpuOptions.Usage),
    };
}
catch (Exception exception) when (exception is ArgumentException or ConfigurationException or ModelFormatException or IOException or DeviceUnavailableException or CudaException or DeviceMemoryException)
{
    Console.Error.WriteLine(exception.Message);
    return 2;
}

static int Print(string text)
{
    Console.Out.WriteLine(text.TrimEnd());
    return 0;
}
